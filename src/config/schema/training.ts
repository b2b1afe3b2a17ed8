// Schema of the `training` section: length, order of updates, loss, regularisation and precision.
import { z } from 'zod';
import { maxAmount, maxUpdatesPerStep } from './limits.ts';
import { lossNames, lossTraits } from './losses.ts';
import { scheduled } from './scheduled.ts';

const label = z
  .union([z.number(), z.tuple([z.number(), z.number()])])
  .describe('One value, or a range [low, high) sampled per image.');

const share = z.number().min(0).max(1);

const labels = z
  .strictObject({
    inverted: z
      .boolean()
      .default(false)
      .describe("Whether real images are labelled 0 and generated ones 1; the generator's target is then 0."),
    real: scheduled(label)
      .optional()
      .describe('Label of real images; defaults to 1, or 0 if inverted. 0.9 or [0.8, 1] is label smoothing.'),
    fake: scheduled(label).optional().describe('Label of generated images; defaults to 0, or 1 if inverted.'),
    flip: scheduled(share)
      .default(0)
      .describe("Probability per image of swapping the real and fake labels in the discriminator's loss."),
  })
  .prefault({})
  .describe("Labels of the discriminator's loss. The generator's target is never smoothed or flipped.");

const lossName = z.enum(lossNames);

const lossDescriptions = lossNames.map((name) => `${name}: ${lossTraits[name].description}.`);

export const lossObject = z.strictObject({
  type: lossName.default('bce').describe(`Adversarial loss. ${lossDescriptions.join(' ')}`),
  on: z
    .enum(['logits', 'probabilities'])
    .default('logits')
    .describe(
      "For bce: whether the discriminator's last layer outputs logits, or probabilities through a sigmoid (as for torch.nn.BCELoss).",
    ),
  generator: z
    .enum(['nonSaturating', 'minimax'])
    .default('nonSaturating')
    .describe(
      'For bce: maximise log D(G(z)) (nonSaturating), or minimise log(1 - D(G(z))), the original minimax form.',
    ),
  discriminatorScale: z.number().positive().default(1).describe("Factor on the discriminator's loss, e.g. 0.5."),
});

const augmentation = z.enum(['color', 'translation', 'cutout']);

export const training = z.strictObject({
  epochs: z.number().positive().max(maxAmount).optional().describe('Length of the run in passes over the data.'),
  steps: z.int().positive().max(maxAmount).optional().describe('Length of the run in steps.'),
  images: z.int().positive().max(maxAmount).optional().describe('Length of the run in images seen.'),
  batchSize: z.int().positive().max(65536).describe('Images per step.'),
  loss: z
    .union([lossName, lossObject])
    .prefault({ type: 'bce' })
    .describe('The adversarial loss: a name, or its options.'),
  order: z
    .enum(['discriminator-first', 'generator-first', 'simultaneous'])
    .default('discriminator-first')
    .describe('Which network a step updates first; simultaneous computes both gradients before either update.'),
  discriminatorSteps: z
    .int()
    .positive()
    .max(maxUpdatesPerStep)
    .default(1)
    .describe('Discriminator updates per step, each on its own batch.'),
  generatorSteps: z
    .int()
    .positive()
    .max(maxUpdatesPerStep)
    .default(1)
    .describe('Generator updates per step, each with its own latents.'),
  freshLatents: z
    .boolean()
    .default(false)
    .describe(
      "Whether the generator's update samples new latents instead of reusing those of the discriminator's update.",
    ),
  labels,
  instanceNoise: z
    .strictObject({
      deviation: scheduled(z.number().min(0)).describe("Standard deviation, in the data's value range."),
      on: z
        .enum(['both', 'real'])
        .default('both')
        .describe('Whether to add noise to real and generated images, or to real ones only.'),
    })
    .optional()
    .describe("Gaussian noise added to the discriminator's input."),
  diffAugment: z
    .array(augmentation)
    .max(augmentation.options.length)
    .default([])
    .describe('Differentiable augmentations of all discriminator inputs, real and generated (DiffAugment, Zhao 2020).'),
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
        .describe('Number of real images over which the probability can rise from 0 to 1.'),
    })
    .optional()
    .describe(
      'Applies each augmentation of diffAugment with a probability per image that starts at 0 and adapts to how much the discriminator overfits (ADA, Karras et al. 2020).',
    ),
  gradientPenalty: z
    .strictObject({
      type: z
        .enum(['r1', 'wgan-gp'])
        .describe(
          'r1: at the images themselves (Mescheder 2018). wgan-gp: at interpolations of real and generated images (Gulrajani 2017).',
        ),
      on: z
        .enum(['real', 'fake', 'both'])
        .default('real')
        .describe('For r1: penalty at real images (R1), at generated images (R2), or the sum of both.'),
      weight: scheduled(z.number().min(0))
        .default(10)
        .describe('Factor of the penalty, for example { from: 10, to: 1, over: { epochs: 20 } }.'),
      every: z
        .int()
        .positive()
        .max(maxAmount)
        .default(1)
        .describe(
          'Compute the penalty in every k-th discriminator update only, starting with the first, with k times the weight (lazy regularization, StyleGAN2, Karras 2020). Only the losses of those updates contain it.',
        ),
    })
    .optional()
    .describe("Penalty on the norm of the discriminator's input gradient."),
  clipWeights: z
    .number()
    .positive()
    .optional()
    .describe(
      'Maximum absolute value of every trainable discriminator weight, applied after each update; e.g. 0.01 for wgan.',
    ),
  ema: z
    .strictObject({
      decay: z.number().min(0).lt(1).default(0.999).describe('Decay per step: weight of the old average.'),
    })
    .optional()
    .describe("Keeps an exponential moving average of the generator's weights and samples from it."),
  onCollapse: z
    .enum(['warn', 'stop', 'rollback'])
    .default('warn')
    .describe(
      'Response to mode collapse or divergence. warn: report it and continue. stop: save and exit with code 6. rollback: resume from the best checkpoint with other latents and another data order.',
    ),
  rollbackTries: z
    .int()
    .positive()
    .default(3)
    .describe('Maximum number of rollbacks per run, for onCollapse: rollback.'),
  xla: z
    .boolean()
    .default(false)
    .describe('Whether XLA compiles the step (tensorflow engine only). Gains nothing on CPUs; unmeasured on GPUs.'),
  deterministic: z
    .boolean()
    .default(false)
    .describe(
      'Whether TensorFlow uses only deterministic GPU kernels (unmeasured). CPU kernels are always deterministic.',
    ),
  precision: z
    .enum(['auto', 'float32', 'tensorfloat32', 'mixed_bfloat16', 'mixed_float16'])
    .default('auto')
    .describe(
      'Precision of convolutions and matrix products; weights are always float32. auto: mixed_bfloat16 if the CPU or NVIDIA GPU supports it in hardware, otherwise float32. tensorfloat32: NVIDIA GPUs only. mixed_float16: webgpu engine only, on GPUs with float16 in shaders.',
    ),
});
