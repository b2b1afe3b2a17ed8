// Schemas of the layers with a kernel: dense, conv and convTranspose, and the options that stacks and shortcuts share with them.
import { z } from 'zod';
import { biasInitializer, initializer } from './initializers.ts';
import { maxChannels, maxPixels, maxUnits } from './limits.ts';

const pixels = z.int().positive().max(maxPixels);
const channels = z.int().positive().max(maxChannels);
const margin = z.int().min(0).max(maxPixels);

export const padding = z
  .union([z.enum(['same', 'valid']), margin, z.tuple([margin, margin, margin, margin])])
  .describe(
    'same (TensorFlow: output = input / stride), valid (none), one number for all sides, or [top, bottom, left, right] in pixels.',
  );

export const bias = z.boolean().default(true).describe('Whether to add a bias per output channel.');

/** Common to dense, conv and convTranspose, in addition to bias. */
export const weightOptions = {
  initializer: initializer
    .optional()
    .describe("Initializer of this layer's kernel; overrides the network's initializer."),
  biasInitializer: biasInitializer
    .optional()
    .describe("Initializer of this layer's bias; overrides the network's biasInitializer."),
  spectralNorm: z
    .boolean()
    .default(false)
    .describe(
      'Divides the kernel by its largest singular value, estimated by one power iteration per training pass (Miyato et al. 2018).',
    ),
};

const kernelOptions = {
  kernel: z
    .union([pixels, z.tuple([pixels, pixels])])
    .describe('Kernel size in pixels: one number, or [height, width].'),
  stride: z
    .union([pixels, z.tuple([pixels, pixels])])
    .default(1)
    .describe('Stride in pixels: one number, or [height, width].'),
  padding: padding.default('same'),
  bias,
  ...weightOptions,
};

export const dense = z
  .strictObject({
    type: z.literal('dense'),
    units: z.int().positive().max(maxUnits).describe('Number of outputs.'),
    bias,
    ...weightOptions,
  })
  .describe('Fully connected layer. [n] -> [units].');

export const conv = z
  .strictObject({ type: z.literal('conv'), filters: channels.describe('Channels of the output.'), ...kernelOptions })
  .describe('Convolution. [h, w, c] -> [ceil(h / stride), ceil(w / stride), filters] with same padding.');

export const convTranspose = z
  .strictObject({
    type: z.literal('convTranspose'),
    filters: channels.describe('Channels of the output.'),
    ...kernelOptions,
    outputPadding: z
      .int()
      .min(0)
      .max(maxPixels)
      .default(0)
      .describe(
        "Pixels added at the bottom and right (PyTorch's output_padding), fewer than the stride; needs numeric padding.",
      ),
  })
  .describe('Transposed convolution. [h, w, c] -> [h stride, w stride, filters] with same padding.');

export type Padding = z.infer<typeof padding>;
