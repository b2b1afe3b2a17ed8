// The initializers of kernels, biases and batch-norm scales, with their definitions.
import { z } from 'zod';

const deviation = z.number().positive().default(0.02).describe('Standard deviation; the mean is 0.');

/** Initial values of a kernel. */
export const initializer = z
  .discriminatedUnion('type', [
    z.strictObject({ type: z.literal('normal'), deviation }).describe('Normal with mean 0 (DCGAN: deviation 0.02).'),
    z
      .strictObject({ type: z.literal('truncatedNormal'), deviation })
      .describe(
        'Normal, resampled beyond 2 deviations (TensorFlow, Keras); the resulting standard deviation is 0.88 of `deviation`.',
      ),
    z
      .strictObject({
        type: z.literal('uniform'),
        limit: z.number().positive().describe('Limit: values are in [-limit, limit).'),
      })
      .describe('Uniform in [-limit, limit).'),
    z
      .strictObject({ type: z.literal('glorotUniform') })
      .describe('Uniform with limit sqrt(6 / (fanIn + fanOut)); the default of Keras and tf.layers.'),
    z
      .strictObject({ type: z.literal('glorotNormal') })
      .describe('Truncated normal with standard deviation sqrt(2 / (fanIn + fanOut)) (Keras).'),
    z
      .strictObject({ type: z.literal('heNormal') })
      .describe('Truncated normal with standard deviation sqrt(2 / fanIn) (Keras).'),
    z
      .strictObject({ type: z.literal('pytorch') })
      .describe("Uniform with limit 1 / sqrt(fanIn); PyTorch's default, kaiming_uniform with a = sqrt(5)."),
    z.strictObject({ type: z.literal('zeros') }).describe('All 0.'),
  ])
  .describe(
    'Initializer of kernels. For a transposed convolution fanIn is filters x kernel area, as in Keras and PyTorch.',
  );

/** Initial values of a bias. */
export const biasInitializer = z
  .discriminatedUnion('type', [
    z.strictObject({ type: z.literal('zeros') }).describe('All 0.'),
    z
      .strictObject({ type: z.literal('constant'), value: z.number().describe('Initial value of every bias.') })
      .describe('One value for all biases.'),
    z
      .strictObject({ type: z.literal('pytorch') })
      .describe("Uniform with limit 1 / sqrt(fanIn) of the layer's kernel; PyTorch's default."),
  ])
  .describe('Initializer of biases.');

/** Initial values of a batch-norm scale. */
export const gammaInitializer = z
  .discriminatedUnion('type', [
    z.strictObject({ type: z.literal('ones') }).describe('All 1.'),
    z
      .strictObject({
        type: z.literal('normal'),
        deviation: z.number().positive().default(0.02).describe('Standard deviation; the mean is 1.'),
      })
      .describe("Normal with mean 1 (PyTorch's DCGAN: deviation 0.02)."),
  ])
  .describe('Initializer of gamma.');

export type Initializer = z.infer<typeof initializer>;
export type BiasInitializer = z.infer<typeof biasInitializer>;
export type GammaInitializer = z.infer<typeof gammaInitializer>;
