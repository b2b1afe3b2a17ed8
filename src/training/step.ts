// One training step as a pure function: images, latents and labels in, new weights out. The whole algorithm is in this file.
import {
  add,
  mul,
  onesLike,
  reshape,
  type Scalar,
  type Tensor,
  type Tensor4D,
  unstack,
  zerosLike,
} from '@tensorflow/tfjs-core';
import type { Config } from '../config/config.ts';
import type { ProgramFunction, Tensors } from '../engines/engine.ts';
import type { AdamRates } from '../engines/ops/adam.ts';
import { detach } from '../engines/ops/detach.ts';
import { updateAverages } from '../models/average.ts';
import type { Network, NetworkName } from '../models/network.ts';
import type { Networks } from '../models/networks.ts';
import { adversarialLoss, readingOf } from './losses.ts';
import { addDiscriminatorMeans, addGeneratorMeans } from './means.ts';
import { applyGradients } from './optimizer.ts';
import { adaptAugment, augmentProbability } from './regularisation/adaptive-augment.ts';
import { clipGradients, clipWeights } from './regularisation/clipping.ts';
import { diffAugment } from './regularisation/diff-augment.ts';
import { addNoise } from './regularisation/instance-noise.ts';
import { gradientPenalty } from './regularisation/penalties.ts';
import { beginStep, change, endStep, gradientsOf, hold, type Moment, pass, trainable } from './step-state.ts';

/** What the functions of a step are made from. */
export interface Recipe {
  config: Config;
  networks: Networks;
}

type Body = ProgramFunction['body'];

/** One update of both networks, on one batch of fake images. */
export function wholeStep(recipe: Recipe): Body {
  const order = { 'discriminator-first': discriminatorFirst, 'generator-first': generatorFirst, simultaneous }[
    recipe.config.training.order
  ];
  return (variables, feeds) => {
    const moment = beginStep(variables, feeds);
    order(recipe, moment);
    return endStep(moment);
  };
}

/** One more update of the discriminator alone, on images and latents of its own. */
export function discriminatorStep(recipe: Recipe): Body {
  return (variables, feeds) => {
    const moment = beginStep(variables, feeds);
    const fake = pass(moment, recipe.networks.generator, feeds['latents']!);
    applyDiscriminator(recipe, moment, discriminatorGradients(recipe, moment, fake));
    return endStep(moment);
  };
}

/** One more update of the generator alone, on latents of its own. */
export function generatorStep(recipe: Recipe): Body {
  const { generator } = recipe.networks;
  return (variables, feeds) => {
    const moment = beginStep(variables, feeds);
    const result = gradientsOf(trainable(moment, generator), (weights) =>
      answer(recipe, moment, pass(moment, generator, feeds['latents']!, weights)),
    );
    applyGenerator(recipe, moment, result);
    return endStep(moment);
  };
}

/** The discriminator learns first; the generator then answers the updated discriminator with the same images. */
function discriminatorFirst(recipe: Recipe, moment: Moment): void {
  const { generator } = recipe.networks;
  const result = gradientsOf(trainable(moment, generator), (weights) => {
    const fake = pass(moment, generator, moment.feeds['latents']!, weights); // [B, h, w, c]
    applyDiscriminator(recipe, moment, discriminatorGradients(recipe, moment, detach(fake)));
    return answer(recipe, moment, fake);
  });
  applyGenerator(recipe, moment, result);
}

/** The generator learns first; the discriminator then learns from the images that the generator made before. */
function generatorFirst(recipe: Recipe, moment: Moment): void {
  const { generator } = recipe.networks;
  let fake: Tensor | undefined;
  const result = gradientsOf(trainable(moment, generator), (weights) => {
    fake = hold(moment, pass(moment, generator, moment.feeds['latents']!, weights));
    return answer(recipe, moment, fake);
  });
  applyGenerator(recipe, moment, result);
  applyDiscriminator(recipe, moment, discriminatorGradients(recipe, moment, detach(fake!)));
}

/** Both gradients are taken at the same weights; one pass of the fake images serves both losses. */
function simultaneous(recipe: Recipe, moment: Moment): void {
  let discriminator: DiscriminatorResult | undefined;
  const generator = gradientsOf(trainable(moment, recipe.networks.generator), (weights) => {
    const fake = pass(moment, recipe.networks.generator, moment.feeds['latents']!, weights);
    discriminator = discriminatorGradients(recipe, moment, fake);
    return generatorLoss(recipe, discriminator.fake, detach(discriminator.real));
  });
  applyGenerator(recipe, moment, generator);
  applyDiscriminator(recipe, moment, discriminator!);
}

/** The generator's loss for images on its tape: it answers the discriminator as that is now. */
function answer(recipe: Recipe, moment: Moment, images: Tensor): Tensor {
  const { config, networks } = recipe;
  const seen = shown(recipe, moment, images, 'fake');
  const fake = judge(moment, networks.discriminator, seen);
  if (!adversarialLoss(config.training.loss).pairs) return generatorLoss(recipe, fake);
  const real = shown(recipe, moment, realImages(moment, config), 'real');
  return generatorLoss(recipe, fake, detach(judge(moment, networks.discriminator, real)));
}

/** The discriminator's verdicts on images that it is shown, [B, 1]. */
function judge(moment: Moment, discriminator: Network, images: Tensor, weights: Tensors = {}): Tensor {
  return reshape(pass(moment, discriminator, images, weights), [-1, 1]);
}

/** Images as the discriminator sees them: augmented and noisy if the config says so. [B, h, w, c] */
function shown({ config }: Recipe, moment: Moment, images: Tensor, kind: 'real' | 'fake'): Tensor {
  const { diffAugment: augmentations, instanceNoise } = config.training;
  const augmented = diffAugment(images as Tensor4D, augmentations, moment, augmentProbability(moment.current));
  if (!instanceNoise || (kind === 'fake' && instanceNoise.on === 'real')) return augmented;
  return addNoise(augmented, moment.feeds['noiseDeviation'] as Scalar, moment);
}

interface DiscriminatorResult {
  loss: Tensor;
  /** Scaled, without a penalty: what real and generated images each add to the loss, where it can be taken apart. */
  parts: { real: Tensor; fake: Tensor } | undefined;
  gradients: Tensors;
  /** Verdicts, [B, 1] each. `fake` stays on the tape that the fake images came from. */
  real: Tensor;
  fake: Tensor;
}

/** Real and fake images go through in separate passes, so that batch norm sees one kind at a time. */
function discriminatorGradients(recipe: Recipe, moment: Moment, fakeImages: Tensor): DiscriminatorResult {
  const { config, networks } = recipe;
  const { loss: lossConfig, gradientPenalty: penalty } = config.training;
  const verdicts: Tensor[] = [];
  let parts: DiscriminatorResult['parts'];
  const { loss, gradients } = gradientsOf(trainable(moment, networks.discriminator), (weights) => {
    const real = shown(recipe, moment, realImages(moment, config), 'real');
    const fake = shown(recipe, moment, fakeImages, 'fake');
    for (const images of [real, fake]) {
      verdicts.push(hold(moment, judge(moment, networks.discriminator, images, weights)));
    }
    const { realLabels, fakeLabels } = moment.feeds;
    const adversarial = adversarialLoss(lossConfig).discriminator(verdicts[0]!, verdicts[1]!, realLabels!, fakeLabels!);
    const scaled = mul(adversarial.total, lossConfig.discriminatorScale);
    const scaledPart = (part: Tensor) => hold(moment, mul(part, lossConfig.discriminatorScale));
    parts = adversarial.parts && { real: scaledPart(adversarial.parts.real), fake: scaledPart(adversarial.parts.fake) };
    const weight = moment.feeds['penaltyWeight'] as Scalar | undefined; // fed to the updates that compute the penalty
    if (!penalty || !weight) return scaled;
    const again = (images: Tensor) => judge(moment, networks.discriminator, images, weights);
    return add(scaled, gradientPenalty({ ...penalty, weight }, again, { real, fake: detach(fake) }, moment));
  });
  for (const tensor of [loss, ...Object.values(gradients)]) hold(moment, tensor);
  return { loss, parts, gradients, real: verdicts[0]!, fake: verdicts[1]! };
}

/** The generator's loss for verdicts on its images, and on as many real ones where the loss is of pairs; its target is hard. */
function generatorLoss({ config }: Recipe, verdicts: Tensor, realVerdicts?: Tensor): Tensor {
  const { loss, labels } = config.training;
  const [real, fake] = [onesLike(verdicts), zerosLike(verdicts)];
  return labels.inverted
    ? adversarialLoss(loss).generator(verdicts, fake, real, realVerdicts)
    : adversarialLoss(loss).generator(verdicts, real, fake, realVerdicts);
}

function applyDiscriminator({ config, networks }: Recipe, moment: Moment, result: DiscriminatorResult): void {
  const { loss, labels, clipWeights: limit, adaptiveAugment } = config.training;
  const { optimizer } = config.discriminator;
  const gradients = clipGradients(result.gradients, optimizer);
  change(moment, applyGradients(moment.current, gradients, ratesOf(moment, 'discriminator'), optimizer));
  if (limit !== undefined) change(moment, clipWeights(trainable(moment, networks.discriminator), limit));
  const reading = readingOf(loss, labels.inverted);
  if (adaptiveAugment) change(moment, adaptAugment(moment.current, adaptiveAugment, result.real, reading));
  change(moment, addDiscriminatorMeans(moment.current, result, reading));
}

function applyGenerator(
  { config, networks }: Recipe,
  moment: Moment,
  result: { loss: Tensor; gradients: Tensors },
): void {
  const { optimizer } = config.generator;
  const gradients = clipGradients(result.gradients, optimizer);
  change(moment, applyGradients(moment.current, gradients, ratesOf(moment, 'generator'), optimizer));
  if (config.training.ema) {
    change(moment, updateAverages(networks.generator, moment.current, moment.feeds['averageDecay'] as Scalar));
  }
  change(moment, addGeneratorMeans(moment.current, result.loss));
}

/** float32 [B, h, w, c] in 0..255 -> the config's value range. */
function realImages({ feeds }: Moment, { data }: Config): Tensor {
  const [low, high] = data.range;
  return add(mul(feeds['images']!, (high - low) / 255), low);
}

/** Fed as [step size, epsilon], with Adam's bias correction, and beta2 where that is scheduled. */
function ratesOf({ feeds }: Moment, network: NetworkName): AdamRates {
  const [stepSize, epsilon, beta2] = unstack(feeds[`${network}Rates`]!) as Scalar[];
  return { stepSize: stepSize!, epsilon: epsilon!, ...(beta2 && { beta2 }) };
}
