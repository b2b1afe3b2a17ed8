// Schema of the `metrics` section: how and when training evaluates the generator, and which metric selects the best checkpoint.
import { z } from 'zod';
import { durationSchema } from './durations.ts';
import { featureMetrics, featureUsers, listInWords, type MetricName, metricNames } from './metric-names.ts';

const metricName = z.enum(metricNames);

/** The metrics computed by default, without features. */
const defaultMetrics: readonly MetricName[] = ['swd', 'ms-ssim'];

const side = z.int().positive().max(4096);

export const featuresObject = z.strictObject({
  network: z.string().min(1).describe('mnist (the bundled digit classifier), or the path of an ONNX file.'),
  output: z.string().min(1).optional().describe('Name of the output that holds the features, [images, values].'),
  layout: z
    .enum(['nchw', 'nhwc'])
    .optional()
    .describe("Axis order of the input; needed only if the input's shape does not determine it."),
  channels: z
    .union([z.literal(1), z.literal(3)])
    .optional()
    .describe("Number of input channels; needed only if the input's shape does not determine it."),
  size: z
    .union([side, z.tuple([side, side])])
    .optional()
    .describe(
      "Input size if the input's shape does not determine it: one side, or [height, width]; defaults to the size of the images.",
    ),
  range: z
    .union([z.tuple([z.number(), z.number()]), z.literal('imagenet')])
    .optional()
    .describe(
      "Input value range, e.g. [0, 1] or [-1, 1]; imagenet normalises by ImageNet's mean and standard deviation. ONNX files do not record it.",
    ),
  resizer: z
    .enum(['bilinear', 'bicubic'])
    .default('bilinear')
    .describe('Resize filter, as in Pillow but in floating point.'),
});

export type FeaturesConfig = z.infer<typeof featuresObject>;

export const metrics = z
  .strictObject({
    every: durationSchema.optional().describe('How often training evaluates the generator; defaults to never.'),
    names: z
      .array(metricName)
      .min(1)
      .max(metricNames.length)
      .optional()
      .describe(
        `Metrics to compute; defaults to ${listInWords(defaultMetrics)}, plus ${listInWords(featureMetrics)} if features is set.`,
      ),
    count: z.int().min(16).max(1_000_000).default(1000).describe('Number of generated images, and of real ones.'),
    seed: z
      .int()
      .min(0)
      .max(0xffffffff)
      .default(0)
      .describe(
        'Seed of the latents, the choice of real images and the random directions; the same at every evaluation.',
      ),
    features: z
      .union([z.string().min(1), featuresObject])
      .optional()
      .describe(
        `Feature network for ${listInWords(featureUsers)}: mnist, the path of an ONNX file, or an object with its options.`,
      ),
    best: metricName
      .optional()
      .describe(
        'Metric that selects the best checkpoint. By default the best is the newest checkpoint of a healthy run.',
      ),
  })
  .prefault({})
  .describe('Evaluation of generated images against the data during training. It never changes the trained weights.');

/** The metrics to compute; by default a few, plus those that need a feature network if there is one. */
export function namesOf({
  names,
  features,
}: Pick<z.infer<typeof metrics>, 'names' | 'features'>): readonly MetricName[] {
  return names ?? [...defaultMetrics, ...(features === undefined ? [] : featureMetrics)];
}
