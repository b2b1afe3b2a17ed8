// Schemas of all layers of a network.
import { z } from 'zod';
import { gammaInitializer } from './initializers.ts';
import { maxChannels, maxLayers, maxPixels, maxStages } from './limits.ts';
import { bias, conv, convTranspose, dense, padding, weightOptions } from './weight-layers.ts';

const pixels = z.int().positive().max(maxPixels);
const channels = z.int().positive().max(maxChannels);

/** One number per stage: `5`, `[3, 5, 5]`, or the short form `"3>5>5"`. */
const perStage = z
  .union([
    channels,
    z.array(channels).min(1).max(maxStages),
    z
      .string()
      .max(1000)
      .regex(/^[1-9]\d{0,4}(>[1-9]\d{0,4}){0,99}$/, 'expected numbers joined by >, as in "512>256>128"'),
  ])
  .transform((value) => (typeof value === 'string' ? value.split('>').map(Number) : value));

const batchNorm = z
  .strictObject({
    type: z.literal('batchNorm'),
    epsilon: z.number().positive().default(1e-5).describe('Added to the variance.'),
    momentum: z
      .number()
      .min(0)
      .lt(1)
      .default(0.9)
      .describe("Weight of the old value in the moving averages (Keras: 0.99; PyTorch's momentum of 0.1 is 0.9 here)."),
    variance: z
      .enum(['unbiased', 'biased'])
      .default('unbiased')
      .describe(
        'Estimator of the moving variance: unbiased divides by n - 1 (PyTorch; TensorFlow for images), biased by n (Keras 3; TensorFlow for vectors).',
      ),
    scale: z.boolean().default(true).describe('Whether to multiply each channel by a learned gamma.'),
    center: z.boolean().default(true).describe('Whether to add a learned beta to each channel.'),
    gammaInitializer: gammaInitializer.prefault({ type: 'ones' }),
  })
  .describe('Batch normalisation, per channel.');

const activation = z.discriminatedUnion('type', [
  z.strictObject({ type: z.literal('relu') }).describe('max(x, 0).'),
  z
    .strictObject({
      type: z.literal('leakyRelu'),
      slope: z
        .number()
        .min(0)
        .max(1)
        .default(0.2)
        .describe('Slope for negative inputs (DCGAN: 0.2, Keras: 0.3, PyTorch: 0.01).'),
    })
    .describe('x if x > 0, otherwise slope * x.'),
  z.strictObject({ type: z.literal('tanh') }).describe('tanh(x), in (-1, 1).'),
  z.strictObject({ type: z.literal('sigmoid') }).describe('1 / (1 + exp(-x)), in (0, 1).'),
]);

/** The activations that a stack can name. */
const activationNames = activation.options.map(({ shape }) => shape.type.value);

const rate = z.number().min(0).lt(1);

const dropout = z
  .strictObject({
    type: z.literal('dropout'),
    rate: rate.describe('Probability of setting a value to 0 in training.'),
    channels: z
      .boolean()
      .default(false)
      .describe('Whether to drop whole channels (torch.nn.Dropout2d) instead of single values.'),
  })
  .describe('Inverted dropout: remaining values are divided by 1 - rate.');

const upsampleMethod = z.enum(['nearest', 'bilinear']);

const upsample = z
  .strictObject({
    type: z.literal('upsample'),
    factor: z
      .union([pixels, z.tuple([pixels, pixels])])
      .default(2)
      .describe('Scale factor: one number, or [height, width].'),
    method: upsampleMethod
      .default('nearest')
      .describe('Interpolation: nearest, or bilinear as torch.nn.Upsample with align_corners=False.'),
  })
  .describe('Upsampling. [h, w, c] -> [h factor, w factor, c].');

const averagePool = z
  .strictObject({
    type: z.literal('averagePool'),
    size: z
      .union([pixels, z.tuple([pixels, pixels])])
      .default(2)
      .describe('Window size in pixels: one side, or [height, width].'),
  })
  .describe('Average pooling over windows that do not overlap. [h, w, c] -> [h / size, w / size, c].');

const minibatchStdDev = z
  .strictObject({
    type: z.literal('minibatchStdDev'),
    groupSize: z
      .int()
      .min(2)
      .default(4)
      .describe(
        'Images per group. If this does not divide the batch size, the largest smaller divisor is used; if that is 1, the whole batch.',
      ),
  })
  .describe(
    'Discriminator only: adds a channel with the standard deviation over a group of images, averaged over features and pixels (Karras et al. 2017). [h, w, c] -> [h, w, c + 1].',
  );

const reshape = z
  .strictObject({
    type: z.literal('reshape'),
    shape: z.tuple([pixels, pixels, channels]).describe('[height, width, channels].'),
  })
  .describe('Reshapes a vector to a feature map.');

const flatten = z
  .strictObject({ type: z.literal('flatten') })
  .describe('Flattens a feature map to a vector, channels last.');

const single = z.discriminatedUnion('type', [
  dense,
  conv,
  convTranspose,
  batchNorm,
  ...activation.options,
  dropout,
  upsample,
  averagePool,
  minibatchStdDev,
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
    bias,
    ...weightOptions,
    upsample: z
      .union([z.literal('none'), upsampleMethod])
      .default('none')
      .describe(
        'Generator only: each stage upsamples by its stride and convolves with stride 1, instead of a transposed convolution.',
      ),
    norm: z
      .union([z.enum(['batchNorm', 'none']), batchNorm])
      .default('none')
      .describe('Normalisation after every convolution.'),
    activation: z
      .union([z.enum([...activationNames, 'none']), activation])
      .default('none')
      .describe('Activation after the normalisation.'),
    dropout: z.union([rate, dropout]).default(0).describe('Dropout after the activation: a rate, or a dropout layer.'),
  })
  .describe('Several convolution stages: transposed convolutions in a generator, convolutions in a discriminator.');

const shortcut = z
  .strictObject({ bias, ...weightOptions })
  .prefault({})
  .describe("The shortcut's 1 x 1 convolution, used if the layers inside change the shape.");

const residual = z
  .strictObject({
    type: z.literal('residual'),
    get layers(): z.ZodArray<z.ZodType<LayerEntry>> {
      return z.array(layerSchema).min(1).max(maxLayers).describe('The layers inside, from input to output.');
    },
    shortcut,
  })
  .describe(
    'The layers inside, plus a shortcut from their input to their output. If the shapes differ, the shortcut has a 1 x 1 convolution and nearest upsampling or average pooling (Gulrajani et al. 2017, Miyato et al. 2018). With initializer: { type: zeros } in the last convolution inside, the layer starts as its shortcut.',
  );

/** A layer in a config file. */
export const layerSchema = z.discriminatedUnion('type', [...single.options, stack, residual]).meta({ id: 'layer' });
/** A layer without nested layers. */
export const singleLayerSchema = single;

export type SingleLayer = z.infer<typeof single>;
export type StackEntry = z.infer<typeof stack>;
type Shortcut = z.infer<typeof shortcut>;
type ResidualEntry = { type: 'residual'; layers: LayerEntry[]; shortcut: Shortcut };
export type LayerEntry = SingleLayer | StackEntry | ResidualEntry;

/** A residual layer whose nested stacks are expanded. */
export type ResidualLayer = { type: 'residual'; layers: Layer[]; shortcut: Shortcut };
export type Layer = SingleLayer | ResidualLayer;
