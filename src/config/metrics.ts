// The `metrics` section: how generated images are measured against the data, when that happens in training, and what is best.
import { z } from 'zod';
import { durationSchema } from './durations.ts';

export const metricNames = ['swd', 'ms-ssim', 'precision-recall', 'diversity', 'fid', 'kid'] as const;
export type MetricName = (typeof metricNames)[number];

/** Metrics that compare images by what a network makes of them. */
export const featureMetrics: readonly MetricName[] = ['fid', 'kid'];

/** These, and those that do so where a network is named. */
export const featureUsers: readonly MetricName[] = [...featureMetrics, 'precision-recall'];

const metricName = z.enum(metricNames);
const side = z.int().positive().max(4096);

export const featuresObject = z.strictObject({
  network: z.string().min(1).describe('mnist, the classifier of digits that comes along, or the path of an ONNX file.'),
  output: z.string().min(1).optional().describe('Name of the output that holds the features, [images, values].'),
  layout: z.enum(['nchw', 'nhwc']).optional().describe("Order of the input's axes, where its shape leaves it open."),
  channels: z
    .union([z.literal(1), z.literal(3)])
    .optional()
    .describe("The input's channels, where its shape leaves them open."),
  size: z
    .union([side, z.tuple([side, side])])
    .optional()
    .describe("The input's size where its shape leaves it open: one side, or [height, width]; else the images' own."),
  range: z
    .union([z.tuple([z.number(), z.number()]), z.literal('imagenet')])
    .optional()
    .describe(
      "What black and white become, e.g. [0, 1] or [-1, 1]; imagenet is 0..1 less ImageNet's mean, by its deviation. No file says it.",
    ),
  resizer: z
    .enum(['bilinear', 'bicubic'])
    .default('bilinear')
    .describe("How images get the input's size: Pillow's filters, in floating point."),
});

export type FeaturesConfig = z.infer<typeof featuresObject>;

export const metrics = z
  .strictObject({
    every: durationSchema.optional().describe('When training measures its images; never, if left out.'),
    names: z
      .array(metricName)
      .min(1)
      .max(metricNames.length)
      .optional()
      .describe('Which metrics. Left out: swd and ms-ssim, and with features fid and kid.'),
    count: z.int().min(16).max(1_000_000).default(1000).describe('Generated images, and as many real ones.'),
    seed: z
      .int()
      .min(0)
      .max(0xffffffff)
      .default(0)
      .describe('Which latents, real images and directions; the same every time.'),
    features: z
      .union([z.string().min(1), featuresObject])
      .optional()
      .describe(
        'What fid, kid and precision-recall compare images by: mnist, the path of an ONNX file, or its options.',
      ),
    best: metricName
      .optional()
      .describe('The metric by which a checkpoint is the best. Left out: the newest made while all was well.'),
  })
  .prefault({})
  .describe('Measuring generated images against the data. Nothing here changes a step.');

/** Without names: what needs no network, and fid and kid where there is one. */
export function namesOf({
  names,
  features,
}: Pick<z.infer<typeof metrics>, 'names' | 'features'>): readonly MetricName[] {
  return names ?? ['swd', 'ms-ssim', ...(features === undefined ? [] : featureMetrics)];
}
