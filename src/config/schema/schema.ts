// Schema of a config file: every key with its type, range, default and description.
import { z } from 'zod';
import { durationSchema } from './durations.ts';
import { biasInitializer, initializer } from './initializers.ts';
import { layerSchema } from './layers.ts';
import { maxChannels, maxLayers, maxPixels } from './limits.ts';
import { metrics } from './metrics.ts';
import { scheduled } from './scheduled.ts';
import { training } from './training.ts';

const pixels = z.int().positive().max(maxPixels);

const preparation = z
  .discriminatedUnion('dataset', [
    z.strictObject({ dataset: z.literal('mnist') }).describe('MNIST: 70,000 handwritten digits.'),
    z
      .strictObject({
        dataset: z.literal('emoji'),
        set: z
          .enum(['apple', 'google', 'twitter', 'facebook', 'emojione', 'fluent'])
          .default('twitter')
          .describe('Emoji vendor.'),
        categories: z.array(z.string().min(1)).min(1).default(['people']).describe('Emoji categories to include.'),
        skinTones: z.boolean().default(false).describe('Whether to include skin tone variants.'),
        yellowFaces: z.boolean().default(false).describe('Whether to keep only yellow, filled faces.'),
        size: z.int().positive().default(64).describe('Height and width in pixels: 16 to 256 with fluent, else 64.'),
      })
      .describe('Emoji of one vendor.'),
    z
      .strictObject({
        dataset: z.literal('avatars'),
        count: z.int().positive().default(10_000).describe('Number of faces.'),
        size: z.int().positive().default(64).describe('Height and width of each face in pixels.'),
        styles: z
          .array(z.string().min(1))
          .min(1)
          .default(['toon-head', 'personas'])
          .describe('Drawing styles, used in turn; all and frontal stand for several.'),
      })
      .describe('Generated cartoon faces.'),
  ])
  .optional()
  .describe(
    'The `dcgan data prepare` options this config expects. Training reports a folder prepared with other options.',
  );

const data = z.strictObject({
  folder: z
    .string()
    .min(1)
    .describe(
      'Image folder (subfolders included) or ZIP file; relative to --root, which defaults to the current folder.',
    ),
  preparation,
  size: z.union([pixels, z.tuple([pixels, pixels])]).describe('Image size in pixels: one side, or [height, width].'),
  channels: z.union([z.literal(1), z.literal(3), z.literal(4)]).describe('1 gray, 3 RGB, 4 RGBA.'),
  gray: z
    .enum(['luminance', 'rec601'])
    .default('luminance')
    .describe(
      'Grayscale conversion when channels is 1: luminance of linear light (0.2126 R + 0.7152 G + 0.0722 B, converted back to sRGB), or rec601: 0.299 R + 0.587 G + 0.114 B of the stored values, as in PIL and OpenCV.',
    ),
  stretch: z
    .boolean()
    .default(false)
    .describe(
      'Whether to stretch the value range of the whole data set to the full range, for example for 12-bit values in 16-bit files.',
    ),
  damagedLimit: z
    .number()
    .min(0)
    .max(1)
    .default(0.05)
    .describe(
      'Largest share of damaged or unreadable images that training accepts and skips; it refuses to start above that.',
    ),
  background: z.string().default('#ffffff').describe('CSS colour under transparent pixels when channels is 1 or 3.'),
  fit: z
    .enum(['cover', 'contain', 'fill'])
    .default('cover')
    .describe('How to fit an image of another aspect ratio: crop, pad or stretch.'),
  range: z
    .tuple([z.number(), z.number()])
    .default([-1, 1])
    .describe("Value range that pixels 0 to 255 are mapped to; the generator's last activation should cover it."),
  lastBatch: z
    .enum(['keep', 'drop', 'full-noise'])
    .default('keep')
    .describe(
      'How to treat a short last batch of an epoch. full-noise keeps it, and generates as many fake images as for a full batch.',
    ),
  flip: z
    .number()
    .min(0)
    .max(1)
    .default(0)
    .describe('Probability of mirroring an image left to right, sampled each time the image is used.'),
});

const optimizer = z
  .strictObject({
    learningRate: scheduled(z.number().positive()).default(2e-4).describe('Adam learning rate.'),
    beta1: z.number().min(0).lt(1).default(0.5).describe("Decay rate of Adam's first moment."),
    beta2: scheduled(z.number().min(0).lt(1))
      .default(0.999)
      .describe(
        "Decay rate of Adam's second moment. On a schedule, bias correction uses the current value, as in PyTorch.",
      ),
    epsilon: z.number().positive().default(1e-8).describe('Added to the square root of the second moment.'),
    form: z
      .enum(['pytorch', 'tensorflow'])
      .default('pytorch')
      .describe(
        'Whether epsilon is added to the bias-corrected square root or, as in TensorFlow and Keras, to the uncorrected one.',
      ),
    clipNorm: z.number().positive().optional().describe("Maximum global norm of the network's gradients."),
    clipValue: z
      .number()
      .positive()
      .optional()
      .describe('Maximum absolute value of each gradient element; applied before clipNorm.'),
  })
  .prefault({})
  .describe('Adam optimizer.');

const network = {
  layers: z.array(layerSchema).min(1).max(maxLayers).describe('Layers from input to output.'),
  initializer: initializer.prefault({ type: 'normal' }),
  biasInitializer: biasInitializer.prefault({ type: 'zeros' }),
  optimizer,
};

const generator = z.strictObject({
  latent: z
    .strictObject({
      size: z.int().positive().max(maxChannels).default(100).describe('Length of the latent vector.'),
      distribution: z.enum(['normal', 'uniform']).default('normal').describe('Standard normal, or uniform in [-1, 1).'),
    })
    .prefault({})
    .describe("The generator's latent vector."),
  ...network,
});

const discriminator = z.strictObject(network);

const every = durationSchema;
const everyOrAuto = z.union([z.literal('auto'), every]).default('auto');

const outputs = z
  .strictObject({
    grid: z
      .strictObject({
        rows: z.int().positive().max(64).default(8).describe('Number of rows.'),
        columns: z.int().positive().max(64).default(8).describe('Number of columns.'),
        batchNorm: z
          .enum(['moving', 'batch'])
          .default('moving')
          .describe(
            "Batch norm statistics for the grids: the moving averages, or the grid's own batch as in training.",
          ),
      })
      .prefault({})
      .describe('Shape of the sample grids. Every grid of a run uses the same latents.'),
    samplesEvery: everyOrAuto.describe(
      'How often to write a sample grid. auto: every epoch, every 2nd epoch after 64, every 4th after 128 and so on, and less often if grids would take more than 4 % of the time.',
    ),
    checkpointEvery: everyOrAuto.describe(
      'How often to write a checkpoint. auto: every epoch, or less often if checkpoints would take more than 4 % of the time; always every epoch with training.onCollapse: rollback.',
    ),
    lossesEvery: every.prefault({ steps: 10 }).describe('How often to average, log and show the losses.'),
    keepCheckpointsEvery: every
      .optional()
      .describe('Interval of checkpoints to keep permanently, besides the latest two and the best.'),
    evolution: z
      .boolean()
      .default(true)
      .describe('Whether to write evolution.png, the first images of every grid, at the end of the run.'),
  })
  .prefault({})
  .describe('What to write, and how often. Outputs never change the trained weights.');

export const configSchema = z
  .strictObject({
    $schema: z.string().optional().describe('JSON Schema for editors: ./schema.json.'),
    name: z
      .string()
      .min(1)
      .max(80)
      .optional()
      .describe("Name of the run in tables; defaults to the config's file name."),
    description: z.string().optional().describe('Short description of the experiment.'),
    design: z
      .string()
      .min(1)
      .max(80)
      .optional()
      .describe(
        'Name of the published design. Part of the run hash: two designs are two runs, even with equal settings.',
      ),
    seed: z.int().min(0).max(0xffffffff).default(0).describe('Seed of all random numbers.'),
    data,
    generator,
    discriminator,
    training,
    metrics,
    outputs,
  })
  .describe('Config of a dcgan run.');

export type ConfigFile = z.infer<typeof configSchema>;
