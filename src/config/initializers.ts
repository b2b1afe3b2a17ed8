// How kernels, biases and batch-norm scales start: every distribution once, with its definition.
import { z } from 'zod';

const deviation = z.number().positive().default(0.02).describe('Standard deviation around 0.');

/** Initial values of a kernel. */
export const initializer = z
  .discriminatedUnion('type', [
    z.strictObject({ type: z.literal('normal'), deviation }).describe('Normal around 0 (DCGAN: deviation 0.02).'),
    z
      .strictObject({ type: z.literal('truncatedNormal'), deviation })
      .describe('Normal, drawn again beyond 2 deviations (TensorFlow, Keras); what is left deviates by 0.88 of that.'),
    z
      .strictObject({
        type: z.literal('uniform'),
        limit: z.number().positive().describe('Largest absolute value.'),
      })
      .describe('Uniform within the limit on both sides of 0.'),
    z
      .strictObject({ type: z.literal('glorotUniform') })
      .describe('Uniform within sqrt(6 / (fanIn + fanOut)) (Keras and tf.layers: the default).'),
    z
      .strictObject({ type: z.literal('glorotNormal') })
      .describe('Truncated normal that deviates by sqrt(2 / (fanIn + fanOut)) (Keras).'),
    z
      .strictObject({ type: z.literal('heNormal') })
      .describe('Truncated normal that deviates by sqrt(2 / fanIn) (Keras).'),
    z
      .strictObject({ type: z.literal('pytorch') })
      .describe('Uniform within 1 / sqrt(fanIn) (what PyTorch layers start with: kaiming_uniform with a = sqrt(5)).'),
    z.strictObject({ type: z.literal('zeros') }).describe('All 0.'),
  ])
  .describe(
    'How kernels start. A transposed convolution counts filters x kernel area as fanIn, as Keras and PyTorch do.',
  );

/** Initial values of a bias. */
export const biasInitializer = z
  .discriminatedUnion('type', [
    z.strictObject({ type: z.literal('zeros') }).describe('All 0.'),
    z
      .strictObject({ type: z.literal('constant'), value: z.number().describe('What every bias starts with.') })
      .describe('All the same.'),
    z
      .strictObject({ type: z.literal('pytorch') })
      .describe("Uniform within 1 / sqrt(fanIn) of the layer's kernel (what PyTorch layers start with)."),
  ])
  .describe('How biases start.');

/** Initial values of a batch-norm scale. */
export const gammaInitializer = z
  .discriminatedUnion('type', [
    z.strictObject({ type: z.literal('ones') }).describe('All 1.'),
    z
      .strictObject({
        type: z.literal('normal'),
        deviation: z.number().positive().default(0.02).describe('Standard deviation around 1.'),
      })
      .describe("Normal around 1 (PyTorch's DCGAN: deviation 0.02)."),
  ])
  .describe('How the scales start.');

export type Initializer = z.infer<typeof initializer>;
export type BiasInitializer = z.infer<typeof biasInitializer>;
export type GammaInitializer = z.infer<typeof gammaInitializer>;
