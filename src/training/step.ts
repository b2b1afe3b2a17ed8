// One training step as a pure function: variables and feeds in, new variables out. D is the discriminator, G the generator.
import {
  add,
  mul,
  onesLike,
  reshape,
  type Scalar,
  type Tensor,
  type Tensor1D,
  type Tensor4D,
  unstack,
  zerosLike,
} from '@tensorflow/tfjs-core';
import type { Config } from '../config/config.ts';
import { lossTraits } from '../config/schema/losses.ts';
import type { ProgramFunction, Tensors } from '../engines/engine.ts';
import type { AdamRates } from '../engines/ops/adam.ts';
import { detach } from '../engines/ops/detach.ts';
import { updateAverages } from '../models/average.ts';
import type { Network } from '../models/network.ts';
import type { Networks } from '../models/networks.ts';
import { adversarialLoss, scoreRule } from './losses.ts';
import { addDiscriminatorMeans, addGeneratorMeans } from './means.ts';
import { applyGradients } from './optimizer.ts';
import { adaptAugment, augmentProbability } from './regularisation/adaptive-augment.ts';
import { clipGradients, clipValues } from './regularisation/clipping.ts';
import { diffAugment } from './regularisation/diff-augment.ts';
import { addNoise } from './regularisation/instance-noise.ts';
import { gradientPenalty } from './regularisation/penalties.ts';
import {
  beginStep,
  endStep,
  forward,
  gradientsOf,
  keepUntilStepEnds,
  type StepState,
  setVariables,
  trainableWeights,
} from './step-state.ts';

/** The networks to train, and the config. */
export interface Gan {
  config: Config;
  networks: Networks;
}

type StepBody = ProgramFunction['body'];

/** One update of each network, on one batch of fake images. */
export function trainingStep(gan: Gan): StepBody {
  const update = { 'discriminator-first': discriminatorFirst, 'generator-first': generatorFirst, simultaneous }[
    gan.config.training.order
  ];
  return (variables, feeds) => {
    const state = beginStep(variables, feeds);
    update(gan, state);
    return endStep(state);
  };
}

/** One update of the discriminator alone, on its own images and latents. */
export function discriminatorStep(gan: Gan): StepBody {
  return (variables, feeds) => {
    const state = beginStep(variables, feeds);
    const fake = forward(state, gan.networks.generator, state.feeds.latents);
    updateDiscriminator(gan, state, discriminatorGradients(gan, state, fake));
    return endStep(state);
  };
}

/** One update of the generator alone, on its own latents. */
export function generatorStep(gan: Gan): StepBody {
  const { generator } = gan.networks;
  return (variables, feeds) => {
    const state = beginStep(variables, feeds);
    const result = gradientsOf(trainableWeights(state, generator), (weights) => {
      const fake = forward(state, generator, state.feeds.latents, weights);
      return { loss: generatorLossFor(gan, state, fake) };
    });
    updateGenerator(gan, state, result);
    return endStep(state);
  };
}

/**
 * Updates D, then G by its loss under the updated D. D's update runs inside G's tape, so that one pass of G serves both; `detach`
 * keeps D's loss off that tape.
 */
function discriminatorFirst(gan: Gan, state: StepState): void {
  const { generator } = gan.networks;
  const result = gradientsOf(trainableWeights(state, generator), (weights) => {
    const fake = forward(state, generator, state.feeds.latents, weights); // [B, h, w, c] in data.range
    updateDiscriminator(gan, state, discriminatorGradients(gan, state, detach(fake)));
    return { loss: generatorLossFor(gan, state, fake) };
  });
  updateGenerator(gan, state, result);
}

/** Updates G, then D on the fake images that G made before its update. */
function generatorFirst(gan: Gan, state: StepState): void {
  const { generator } = gan.networks;
  const result = gradientsOf(trainableWeights(state, generator), (weights) => {
    const fake = keepUntilStepEnds(state, forward(state, generator, state.feeds.latents, weights));
    return { loss: generatorLossFor(gan, state, fake), fake };
  });
  updateGenerator(gan, state, result);
  updateDiscriminator(gan, state, discriminatorGradients(gan, state, detach(result.fake)));
}

/** Computes both gradients at the same weights; one pass of the fake images through D serves both losses. */
function simultaneous(gan: Gan, state: StepState): void {
  const { generator } = gan.networks;
  const result = gradientsOf(trainableWeights(state, generator), (weights) => {
    const fake = forward(state, generator, state.feeds.latents, weights);
    const discriminator = discriminatorGradients(gan, state, fake);
    const loss = generatorLoss(gan, discriminator.fakeLogits, detach(discriminator.realLogits));
    return { loss, discriminator };
  });
  updateGenerator(gan, state, result);
  updateDiscriminator(gan, state, result.discriminator);
}

interface DiscriminatorResult {
  loss: Tensor;
  gradients: Tensors;
  /** The loss's terms of real and of fake images, without a penalty; undefined if the loss is not a sum of the two. */
  parts: { real: Tensor; fake: Tensor } | undefined;
  realLogits: Tensor; // [B, 1]
  fakeLogits: Tensor; // [B, 1], on the tape of the fake images
}

/** Real and fake images pass through D separately, so that its batch norm never mixes them. */
function discriminatorGradients(gan: Gan, state: StepState, fakeImages: Tensor): DiscriminatorResult {
  const { loss: lossConfig, gradientPenalty: penalty } = gan.config.training;
  const { discriminator } = gan.networks;
  const kept = (tensor: Tensor) => keepUntilStepEnds(state, tensor);
  const result = gradientsOf(trainableWeights(state, discriminator), (weights) => {
    const logitsOf = (images: Tensor) => discriminate(state, discriminator, images, weights);
    const real = augmentForDiscriminator(gan, state, realImages(gan, state), 'real');
    const fake = augmentForDiscriminator(gan, state, fakeImages, 'fake');
    const realLogits = kept(logitsOf(real));
    const fakeLogits = kept(logitsOf(fake));

    // Maximise the logits of real images, minimise those of fake ones
    const { realLabels, fakeLabels } = state.feeds;
    const { total, parts } = adversarialLoss(lossConfig).discriminator(realLogits, fakeLogits, realLabels, fakeLabels);
    const scaled = (loss: Tensor) => mul(loss, lossConfig.discriminatorScale);
    const adversarial = scaled(total);
    const scaledParts = parts && { real: kept(scaled(parts.real)), fake: kept(scaled(parts.fake)) };

    // Keep D smooth in its input
    const weight = state.feeds.penaltyWeight; // fed only to updates that compute the penalty
    const loss =
      penalty && weight
        ? add(adversarial, gradientPenalty({ ...penalty, weight }, logitsOf, { real, fake: detach(fake) }, state))
        : adversarial;
    return { loss, parts: scaledParts, realLogits, fakeLogits };
  });
  for (const tensor of [result.loss, ...Object.values(result.gradients)]) kept(tensor);
  return result;
}

/** The generator's loss for fake images on its tape, under the current D. */
function generatorLossFor(gan: Gan, state: StepState, fakeImages: Tensor): Tensor {
  const { discriminator } = gan.networks;
  const fake = augmentForDiscriminator(gan, state, fakeImages, 'fake');
  const fakeLogits = discriminate(state, discriminator, fake);
  if (!lossTraits[gan.config.training.loss.type].pairs) return generatorLoss(gan, fakeLogits);
  const real = augmentForDiscriminator(gan, state, realImages(gan, state), 'real');
  return generatorLoss(gan, fakeLogits, detach(discriminate(state, discriminator, real)));
}

/** The targets of the generator's images are those of real ones, 0 or 1, never smoothed. Logits: [B, 1]. */
function generatorLoss({ config }: Gan, fakeLogits: Tensor, realLogits?: Tensor): Tensor {
  const { loss, labels } = config.training;
  const [ones, zeros] = [onesLike(fakeLogits), zerosLike(fakeLogits)];
  const [realLabel, fakeLabel] = labels.inverted ? [zeros, ones] : [ones, zeros];
  return adversarialLoss(loss).generator(fakeLogits, realLabel, fakeLabel, realLogits);
}

/** images [B, h, w, c] in data.range -> one logit per image, [B, 1]. */
function discriminate(state: StepState, discriminator: Network, images: Tensor, weights: Tensors = {}): Tensor {
  return reshape(forward(state, discriminator, images, weights), [-1, 1]);
}

/** Images as D sees them, [B, h, w, c]: augmented, and with instance noise, where the config says so. */
function augmentForDiscriminator({ config }: Gan, state: StepState, images: Tensor, kind: 'real' | 'fake'): Tensor {
  const { diffAugment: augmentations, instanceNoise } = config.training;
  const augmented = diffAugment(images as Tensor4D, augmentations, state, augmentProbability(state.variables));
  if (!instanceNoise || (kind === 'fake' && instanceNoise.on === 'real')) return augmented;
  return addNoise(augmented, state.feeds.noiseDeviation, state);
}

/** float32 [B, h, w, c] in 0..255 -> data.range. */
function realImages({ config }: Gan, { feeds }: StepState): Tensor {
  const [low, high] = config.data.range;
  return add(mul(feeds.images, (high - low) / 255), low);
}

function updateDiscriminator({ config, networks }: Gan, state: StepState, result: DiscriminatorResult): void {
  const { loss, labels, clipWeights: limit, adaptiveAugment } = config.training;
  const { optimizer } = config.discriminator;
  const gradients = clipGradients(result.gradients, optimizer);
  setVariables(
    state,
    applyGradients(state.variables, gradients, adamScalars(state.feeds.discriminatorRates), optimizer),
  );
  if (limit !== undefined) setVariables(state, clipValues(trainableWeights(state, networks.discriminator), limit));
  const rule = scoreRule(loss, labels.inverted);
  if (adaptiveAugment) {
    setVariables(state, adaptAugment(state.variables, adaptiveAugment, result.realLogits, rule));
  }
  setVariables(state, addDiscriminatorMeans(state.variables, result, rule));
}

function updateGenerator(
  { config, networks }: Gan,
  state: StepState,
  { loss, gradients: unclipped }: { loss: Tensor; gradients: Tensors },
): void {
  const { optimizer } = config.generator;
  const gradients = clipGradients(unclipped, optimizer);
  setVariables(state, applyGradients(state.variables, gradients, adamScalars(state.feeds.generatorRates), optimizer));
  if (config.training.ema) {
    setVariables(state, updateAverages(networks.generator, state.variables, state.feeds.averageDecay));
  }
  setVariables(state, addGeneratorMeans(state.variables, loss));
}

/** [2] or [3] -> scalars; beta2 only if it is scheduled. */
function adamScalars(rates: Tensor1D): AdamRates {
  const [stepSize, epsilon, beta2] = unstack(rates) as Scalar[];
  return { stepSize: stepSize!, epsilon: epsilon!, ...(beta2 && { beta2 }) };
}
