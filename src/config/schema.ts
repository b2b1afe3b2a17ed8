// Everything a run can be told: each key once, with its type, range, unit, default and a sentence.
import { z } from 'zod';
import { durationSchema } from './durations.ts';
import { biasInitializer, initializer } from './initializers.ts';
import { layerSchema } from './layers.ts';
import { mostChannels, mostLayers, mostPixels } from './limits.ts';
import { metrics } from './metrics.ts';
import { scheduled } from './scheduled.ts';
import { training } from './training.ts';

const pixels = z.int().positive().max(mostPixels);

const preparation = z
  .discriminatedUnion('dataset', [
    z.strictObject({ dataset: z.literal('mnist') }).describe('The 70,000 digits.'),
    z
      .strictObject({
        dataset: z.literal('emoji'),
        set: z
          .enum(['apple', 'google', 'twitter', 'facebook', 'emojione'])
          .default('twitter')
          .describe('Whose drawings.'),
        categories: z.array(z.string().min(1)).min(1).default(['people']).describe('Which emoji, by category.'),
        skinTones: z.boolean().default(false).describe('Whether the variants with skin tones are taken too.'),
        yellowFaces: z.boolean().default(false).describe('Whether only mostly yellow, filled faces are taken.'),
      })
      .describe('Emoji of one vendor.'),
    z
      .strictObject({
        dataset: z.literal('avatars'),
        count: z.int().positive().default(10_000).describe('How many faces.'),
        size: z.int().positive().default(64).describe('Height and width of each, in pixels.'),
      })
      .describe('Drawn faces.'),
  ])
  .optional()
  .describe('What `dcgan data prepare` makes for this config. A folder that was prepared in another way is reported.');

const data = z.strictObject({
  folder: z
    .string()
    .min(1)
    .describe(
      'Folder of pictures, nested too, or a ZIP file of them; relative to --root, which is the current folder by default.',
    ),
  preparation,
  size: z.union([pixels, z.tuple([pixels, pixels])]).describe('Image size in pixels: one side, or [height, width].'),
  channels: z.union([z.literal(1), z.literal(3), z.literal(4)]).describe('1 gray, 3 RGB, 4 RGBA.'),
  gray: z
    .enum(['luminance', 'rec601'])
    .default('luminance')
    .describe(
      'How colours become gray when channels is 1: by the luminance of linear light (0.2126 R + 0.7152 G + 0.0722 B, then sRGB again), or as 0.299 R + 0.587 G + 0.114 B of the stored values, as PIL and OpenCV do.',
    ),
  stretch: z
    .boolean()
    .default(false)
    .describe(
      'Whether the values of all pictures together are stretched to the full range, for example 12-bit values in 16-bit files.',
    ),
  damagedLimit: z
    .number()
    .min(0)
    .max(1)
    .default(0.05)
    .describe(
      'Share of the pictures that may be damaged or unreadable; these are skipped. Above it training is refused.',
    ),
  background: z.string().default('#ffffff').describe('CSS colour under transparent pixels when channels is 1 or 3.'),
  fit: z
    .enum(['cover', 'contain', 'fill'])
    .default('cover')
    .describe('How a picture of another shape is made to fit: cropped, padded or stretched.'),
  range: z
    .tuple([z.number(), z.number()])
    .default([-1, 1])
    .describe(
      "Values that black and white (0 and 255) are mapped to; the generator's last activation should reach them.",
    ),
  lastBatch: z
    .enum(['keep', 'drop', 'full-noise'])
    .default('keep')
    .describe(
      'What is done with the short batch at the end of an epoch; full-noise keeps it and makes as many fake images as in a full one.',
    ),
  flip: z
    .number()
    .min(0)
    .max(1)
    .default(0)
    .describe('Chance that an image is mirrored left to right, drawn anew each time.'),
});

const optimizer = z
  .strictObject({
    learningRate: scheduled(z.number().positive()).default(2e-4).describe('Adam step size.'),
    beta1: z.number().min(0).lt(1).default(0.5).describe('Decay of the gradient average.'),
    beta2: z.number().min(0).lt(1).default(0.999).describe('Decay of the squared-gradient average.'),
    epsilon: z.number().positive().default(1e-8).describe('Added to the root of the squared-gradient average.'),
    form: z
      .enum(['pytorch', 'tensorflow'])
      .default('pytorch')
      .describe('Where epsilon is added: to the bias-corrected root, or (TensorFlow, Keras) to the plain one.'),
    clipNorm: z
      .number()
      .positive()
      .optional()
      .describe("Limit on the norm of all of the network's gradients together."),
    clipValue: z.number().positive().optional().describe('Limit on every single gradient value, applied first.'),
  })
  .prefault({})
  .describe('Adam.');

const network = {
  layers: z.array(layerSchema).min(1).max(mostLayers).describe('The stack, from input to output.'),
  initializer: initializer.prefault({ type: 'normal' }),
  biasInitializer: biasInitializer.prefault({ type: 'zeros' }),
  optimizer,
};

const generator = z.strictObject({
  latent: z
    .strictObject({
      size: z.int().positive().max(mostChannels).default(100).describe('Length of the latent vector.'),
      distribution: z.enum(['normal', 'uniform']).default('normal').describe('Standard normal, or uniform in [-1, 1).'),
    })
    .prefault({})
    .describe('What the generator makes an image from.'),
  ...network,
});

const discriminator = z.strictObject(network);

const every = durationSchema;
const everyOrAuto = z.union([z.literal('auto'), every]).default('auto');

const outputs = z
  .strictObject({
    grid: z
      .strictObject({
        rows: z.int().positive().max(64).default(8).describe('Images from top to bottom.'),
        columns: z.int().positive().max(64).default(8).describe('Images from left to right.'),
        batchNorm: z
          .enum(['moving', 'batch'])
          .default('moving')
          .describe('Normalise with the moving averages, or with the statistics of the grid itself as in training.'),
      })
      .prefault({})
      .describe('Shape of the sample grids; their latents are the same all through the run.'),
    samplesEvery: everyOrAuto.describe(
      'When a sample grid is written. auto: every epoch at first, every 2nd after 64 grids, every 4th after 128 epochs and so on, and less often where grids would take more than 4 % of the time.',
    ),
    checkpointEvery: everyOrAuto.describe(
      'When a checkpoint is written. auto: every epoch, or less often where checkpoints would take more than 4 % of the time; always every epoch with training.onCollapse rollback.',
    ),
    metricsEvery: every.prefault({ steps: 10 }).describe('When losses are averaged, logged and shown.'),
    keepCheckpointsEvery: every
      .optional()
      .describe('Which checkpoints are kept for good, besides the latest two and the best.'),
    evolution: z
      .boolean()
      .default(true)
      .describe('Whether evolution.png shows the first images of every grid at the end.'),
  })
  .prefault({})
  .describe('What is written, and when. Nothing here changes the result.');

export const configSchema = z
  .strictObject({
    $schema: z.string().optional().describe('For editors: ./schema.json.'),
    name: z.string().min(1).max(80).optional().describe('What the run is called in tables; the file name if left out.'),
    description: z.string().optional().describe('A sentence about the experiment.'),
    design: z
      .string()
      .min(1)
      .max(80)
      .optional()
      .describe(
        'Which published design this is. Two designs are two runs, even where all their settings are the same.',
      ),
    seed: z.int().min(0).max(0xffffffff).default(0).describe('Everything random comes from this number.'),
    data,
    generator,
    discriminator,
    training,
    metrics,
    outputs,
  })
  .describe('A dcgan experiment.');

export type ConfigFile = z.infer<typeof configSchema>;
