// The layers a network is stacked from: every option once, with its type, range, default and a sentence.
import { z } from 'zod';

const positive = z.int().positive();

/** One number per stage: `5`, `[3, 5, 5]`, or the short form `"3>5>5"`. */
const perStage = z
  .union([
    positive,
    z.array(positive).min(1),
    z.string().regex(/^[1-9]\d{0,5}(>[1-9]\d{0,5})*$/, 'expected numbers joined by >, as in "512>256>128"'),
  ])
  .transform((value) => (typeof value === 'string' ? value.split('>').map(Number) : value));

const padding = z
  .union([
    z.enum(['same', 'valid']),
    z.int().min(0),
    z.tuple([z.int().min(0), z.int().min(0), z.int().min(0), z.int().min(0)]),
  ])
  .describe(
    'same (TensorFlow: output = input / stride), valid (none), one number for all sides, or [top, bottom, left, right] in pixels.',
  );

/** Initial values of a kernel. */
export const initializer = z
  .discriminatedUnion('type', [
    z.strictObject({
      type: z.literal('normal'),
      deviation: z.number().positive().default(0.02).describe('Standard deviation around 0.'),
    }),
    z.strictObject({ type: z.literal('glorotUniform') }).describe('Uniform within sqrt(6 / (fanIn + fanOut)).'),
  ])
  .describe('How kernels start; biases start at 0.');

const kernelOptions = {
  kernel: z
    .union([positive, z.tuple([positive, positive])])
    .describe('Kernel size in pixels: one number, or [height, width].'),
  stride: z
    .union([positive, z.tuple([positive, positive])])
    .default(1)
    .describe('Step in pixels: one number, or [height, width].'),
  padding: padding.default('same'),
  bias: z.boolean().default(true).describe('Whether a bias is added per filter.'),
  initializer: initializer.optional().describe("This layer's own initializer in place of the network's."),
};

const dense = z
  .strictObject({
    type: z.literal('dense'),
    units: positive.describe('Number of outputs.'),
    bias: z.boolean().default(true).describe('Whether a bias is added per unit.'),
    initializer: kernelOptions.initializer,
  })
  .describe('Every output from every input. [n] -> [units].');

const conv = z
  .strictObject({ type: z.literal('conv'), filters: positive.describe('Channels of the output.'), ...kernelOptions })
  .describe('Convolution. [h, w, c] -> [ceil(h / stride), ceil(w / stride), filters] with same padding.');

const convTranspose = z
  .strictObject({
    type: z.literal('convTranspose'),
    filters: positive.describe('Channels of the output.'),
    ...kernelOptions,
    outputPadding: z
      .int()
      .min(0)
      .default(0)
      .describe('Pixels added at the bottom and right, below the stride; needs numeric padding.'),
  })
  .describe('Transposed convolution. [h, w, c] -> [h stride, w stride, filters] with same padding.');

const batchNorm = z
  .strictObject({
    type: z.literal('batchNorm'),
    epsilon: z.number().positive().default(1e-5).describe('Added to the variance.'),
    momentum: z
      .number()
      .min(0)
      .lt(1)
      .default(0.9)
      .describe('Share of the old value in the moving averages (Keras 0.99; PyTorch writes 1 - 0.9 = 0.1).'),
  })
  .describe('Batch normalisation over all but the channels.');

const activation = z.discriminatedUnion('type', [
  z.strictObject({ type: z.literal('relu') }).describe('max(x, 0).'),
  z
    .strictObject({
      type: z.literal('leakyRelu'),
      slope: z.number().min(0).max(1).default(0.2).describe('Slope below 0 (DCGAN 0.2, Keras 0.3, PyTorch 0.01).'),
    })
    .describe('x above 0, slope x below.'),
  z.strictObject({ type: z.literal('tanh') }).describe('Into (-1, 1).'),
  z.strictObject({ type: z.literal('sigmoid') }).describe('Into (0, 1).'),
]);

const dropout = z
  .strictObject({
    type: z.literal('dropout'),
    rate: z.number().min(0).lt(1).describe('Share of values set to 0 in training.'),
  })
  .describe('Inverted dropout: what stays is divided by 1 - rate.');

const reshape = z
  .strictObject({
    type: z.literal('reshape'),
    shape: z.tuple([positive, positive, positive]).describe('[height, width, channels].'),
  })
  .describe('A vector as an image of features.');

const flatten = z
  .strictObject({ type: z.literal('flatten') })
  .describe('An image of features as a vector, channels last.');

const single = z.discriminatedUnion('type', [
  dense,
  conv,
  convTranspose,
  batchNorm,
  ...activation.options,
  dropout,
  reshape,
  flatten,
]);

const stack = z
  .strictObject({
    type: z.literal('stack'),
    filters: perStage.describe('Channels after each stage: [128, 64] or "128>64".'),
    kernel: perStage.describe('Kernel size: one for all stages or one per stage.'),
    stride: perStage.default(2).describe('Stride: one for all stages or one per stage.'),
    padding: padding.default('same'),
    bias: kernelOptions.bias,
    norm: z
      .union([z.enum(['batchNorm', 'none']), batchNorm])
      .default('none')
      .describe('What follows every convolution.'),
    activation: z
      .union([z.enum(['relu', 'leakyRelu', 'tanh', 'sigmoid', 'none']), activation])
      .default('none')
      .describe('What follows the norm.'),
    dropout: z.number().min(0).lt(1).default(0).describe('Dropout rate after the activation.'),
    initializer: kernelOptions.initializer,
  })
  .describe('Several convolutions of one kind: transposed in a generator, plain in a discriminator.');

export const layerSchema = z.discriminatedUnion('type', [...single.options, stack]);
export const singleLayerSchema = single;
export type LayerEntry = z.infer<typeof layerSchema>;
export type Layer = z.infer<typeof single>;
export type StackEntry = z.infer<typeof stack>;
export type Padding = z.infer<typeof padding>;
export type Initializer = z.infer<typeof initializer>;
