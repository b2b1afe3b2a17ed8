// The `training` section: how long, in which order, against which loss, and everything that is done to images and labels.
import { z } from 'zod';
import { mostAmount, mostUpdatesPerStep } from './limits.ts';
import { scheduled } from './scheduled.ts';

const label = z
  .union([z.number(), z.tuple([z.number(), z.number()])])
  .describe('One value, or a range [low, high) drawn from per image.');

const share = z.number().min(0).max(1);

const labels = z
  .strictObject({
    inverted: z
      .boolean()
      .default(false)
      .describe('Real images are labelled 0 and generated ones 1; the generator then wants to hear 0.'),
    real: scheduled(label)
      .optional()
      .describe('Label of real images: 1, or 0 if inverted; 0.9 or [0.8, 1] is label smoothing.'),
    fake: scheduled(label).optional().describe('Label of generated images: 0, or 1 if inverted.'),
    flip: scheduled(share)
      .default(0)
      .describe("Share of labels, drawn per image, that swap real for fake in the discriminator's loss."),
  })
  .prefault({})
  .describe("What the discriminator is asked to say. The generator's own target is hard, never smoothed or flipped.");

const lossNames = z.enum(['bce', 'lsgan', 'hinge', 'wgan', 'relativistic']);

export const lossObject = z.strictObject({
  type: lossNames
    .default('bce')
    .describe(
      'Goodfellow 2014; Mao 2017 (least squares); Lim & Ye 2017; Arjovsky 2017 (needs clipWeights or a penalty); Jolicoeur-Martineau 2018 in pairs of a real and a generated image (Huang 2024; needs gradientPenalty r1 on both).',
    ),
  on: z
    .enum(['logits', 'probabilities'])
    .default('logits')
    .describe('What the discriminator ends in, for bce: a number, or a sigmoid (then as torch.nn.BCELoss).'),
  generator: z
    .enum(['nonSaturating', 'minimax'])
    .default('nonSaturating')
    .describe('For bce: maximise log D(G(z)), or minimise log(1 - D(G(z))) as first written.'),
  discriminatorScale: z.number().positive().default(1).describe("Factor on the discriminator's loss, e.g. 0.5."),
});

const augmentation = z.enum(['color', 'translation', 'cutout']);

export const training = z.strictObject({
  epochs: z.number().positive().max(mostAmount).optional().describe('Length of the run in passes over the data.'),
  steps: z.int().positive().max(mostAmount).optional().describe('Length of the run in steps.'),
  images: z.int().positive().max(mostAmount).optional().describe('Length of the run in images seen.'),
  batchSize: z.int().positive().max(65536).describe('Images per step.'),
  loss: z
    .union([lossNames, lossObject])
    .prefault({ type: 'bce' })
    .describe('The adversarial loss: a name, or its options.'),
  order: z
    .enum(['discriminator-first', 'generator-first', 'simultaneous'])
    .default('discriminator-first')
    .describe('Which network is updated first in a step; simultaneous takes both gradients at the same weights.'),
  discriminatorSteps: z
    .int()
    .positive()
    .max(mostUpdatesPerStep)
    .default(1)
    .describe('Discriminator updates per step, each with its own batch.'),
  generatorSteps: z
    .int()
    .positive()
    .max(mostUpdatesPerStep)
    .default(1)
    .describe('Generator updates per step, each with its own latents.'),
  freshLatents: z
    .boolean()
    .default(false)
    .describe(
      "Whether the generator's update draws latents of its own in place of those the discriminator just judged.",
    ),
  labels,
  instanceNoise: z
    .strictObject({
      deviation: scheduled(z.number().min(0)).describe("Standard deviation, in the data's value range."),
      on: z.enum(['both', 'real']).default('both').describe('Whether generated images get noise too.'),
    })
    .optional()
    .describe('Gaussian noise on what the discriminator sees.'),
  diffAugment: z
    .array(augmentation)
    .max(augmentation.options.length)
    .default([])
    .describe(
      'Random changes to every image that the discriminator sees, real or generated, with gradients (Zhao 2020).',
    ),
  adaptiveAugment: z
    .strictObject({
      target: z
        .number()
        .min(-1)
        .lt(1)
        .default(0.6)
        .describe("Mean sign of the discriminator's logits on real images above which it counts as overfitting."),
      images: z
        .int()
        .positive()
        .default(500_000)
        .describe('Real images in which the probability can rise from 0 to 1.'),
    })
    .optional()
    .describe(
      "Makes each of diffAugment's changes with a probability per image, which starts at 0 and follows how much the discriminator overfits (ADA, Karras et al. 2020).",
    ),
  gradientPenalty: z
    .strictObject({
      type: z.enum(['r1', 'wgan-gp']).describe('On images (Mescheder 2018), or on mixes (Gulrajani 2017).'),
      on: z
        .enum(['real', 'fake', 'both'])
        .default('real')
        .describe('For r1: on real images (R1), on generated ones (R2), or the sum of both.'),
      weight: z.number().positive().default(10).describe('Factor of the penalty.'),
    })
    .optional()
    .describe("Holds the discriminator's slope in check."),
  clipWeights: z
    .number()
    .positive()
    .optional()
    .describe('Limit on every trainable weight of the discriminator after its update, e.g. 0.01 for wgan.'),
  ema: z
    .strictObject({ decay: z.number().min(0).lt(1).default(0.999).describe('Share of the old average per step.') })
    .optional()
    .describe("Keeps an average of the generator's weights, which is then sampled in its place."),
  onCollapse: z
    .enum(['warn', 'stop', 'rollback'])
    .default('warn')
    .describe(
      'What is done when the images have collapsed into one or a few, or the losses have left all bounds: say so and go on; save and end with exit code 6; go back to the best checkpoint and on from there with other latents and another order of the data.',
    ),
  rollbackTries: z.int().positive().default(3).describe('How often a run may go back, for onCollapse rollback.'),
  xla: z
    .boolean()
    .default(false)
    .describe('Whether XLA compiles the step (tensorflow engine only). Gains nothing on CPUs; unmeasured on GPUs.'),
  deterministic: z
    .boolean()
    .default(false)
    .describe(
      'Whether TensorFlow takes only kernels that give the same bits each time, on a GPU (unmeasured); elsewhere it always does.',
    ),
  precision: z
    .enum(['auto', 'float32', 'tensorfloat32', 'mixed_bfloat16', 'mixed_float16'])
    .default('auto')
    .describe(
      'What convolutions and matrix products compute in; weights are always float32. auto: mixed_bfloat16 where the processor or the NVIDIA GPU has units for it. tensorfloat32: only NVIDIA GPUs. mixed_float16: only the webgpu engine, on GPUs with float16 in shaders.',
    ),
});
