// One training step as a pure function: images, latents and labels in, new weights out. The whole algorithm is in this file.
import { add, mul, reshape, type Scalar, type Tensor, unstack } from '@tensorflow/tfjs-core';
import type { Config } from '../config/config.ts';
import type { ProgramFunction, Tensors } from '../engines/engine.ts';
import { detach } from '../engines/ops/detach.ts';
import type { Network, NetworkName } from '../models/network.ts';
import type { Networks } from '../models/networks.ts';
import { discriminatorLoss, generatorLoss } from './losses.ts';
import { addDiscriminatorMeans, addGeneratorMeans } from './means.ts';
import { beginStep, change, endStep, gradientsOf, hold, type Moment, pass, trainable } from './moment.ts';
import { applyGradients } from './optimizer.ts';

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
  const { generator, discriminator } = recipe.networks;
  return (variables, feeds) => {
    const moment = beginStep(variables, feeds);
    const result = gradientsOf(trainable(moment, generator), (weights) =>
      generatorLoss(judge(moment, discriminator, pass(moment, generator, feeds['latents']!, weights))),
    );
    applyGenerator(recipe, moment, result);
    return endStep(moment);
  };
}

/** The discriminator learns first; the generator then answers the updated discriminator with the same images. */
function discriminatorFirst(recipe: Recipe, moment: Moment): void {
  const { generator, discriminator } = recipe.networks;
  const result = gradientsOf(trainable(moment, generator), (weights) => {
    const fake = pass(moment, generator, moment.feeds['latents']!, weights); // [B, h, w, c]
    applyDiscriminator(recipe, moment, discriminatorGradients(recipe, moment, detach(fake)));
    return generatorLoss(judge(moment, discriminator, fake));
  });
  applyGenerator(recipe, moment, result);
}

/** The generator learns first; the discriminator then learns from the images that the generator made before. */
function generatorFirst(recipe: Recipe, moment: Moment): void {
  const { generator, discriminator } = recipe.networks;
  let fake: Tensor | undefined;
  const result = gradientsOf(trainable(moment, generator), (weights) => {
    fake = hold(moment, pass(moment, generator, moment.feeds['latents']!, weights));
    return generatorLoss(judge(moment, discriminator, fake));
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
    return generatorLoss(discriminator.fake);
  });
  applyGenerator(recipe, moment, generator);
  applyDiscriminator(recipe, moment, discriminator!);
}

/** The discriminator's verdicts on images as logits, [B, 1]. */
function judge(moment: Moment, discriminator: Network, images: Tensor, weights: Tensors = {}): Tensor {
  return reshape(pass(moment, discriminator, images, weights), [-1, 1]);
}

interface DiscriminatorResult {
  loss: Tensor;
  gradients: Tensors;
  /** Verdicts as logits, [B, 1] each. `fake` stays on the tape that the fake images came from. */
  real: Tensor;
  fake: Tensor;
}

/** Real and fake images go through in separate passes, so that batch norm sees one kind at a time. */
function discriminatorGradients({ config, networks }: Recipe, moment: Moment, fakeImages: Tensor): DiscriminatorResult {
  const verdicts: Tensor[] = [];
  const { loss, gradients } = gradientsOf(trainable(moment, networks.discriminator), (weights) => {
    for (const images of [realImages(moment, config), fakeImages]) {
      verdicts.push(hold(moment, judge(moment, networks.discriminator, images, weights)));
    }
    const { realLabels, fakeLabels } = moment.feeds;
    return discriminatorLoss(verdicts[0]!, verdicts[1]!, realLabels!, fakeLabels!);
  });
  for (const tensor of [loss, ...Object.values(gradients)]) hold(moment, tensor);
  return { loss, gradients, real: verdicts[0]!, fake: verdicts[1]! };
}

function applyDiscriminator(
  { config }: Recipe,
  moment: Moment,
  { loss, gradients, real, fake }: DiscriminatorResult,
): void {
  const { optimizer } = config.discriminator;
  change(moment, applyGradients(moment.current, gradients, ratesOf(moment, 'discriminator'), optimizer));
  change(moment, addDiscriminatorMeans(moment.current, loss, real, fake));
}

function applyGenerator(
  { config }: Recipe,
  moment: Moment,
  { loss, gradients }: { loss: Tensor; gradients: Tensors },
): void {
  const { optimizer } = config.generator;
  change(moment, applyGradients(moment.current, gradients, ratesOf(moment, 'generator'), optimizer));
  change(moment, addGeneratorMeans(moment.current, loss));
}

/** float32 [B, h, w, c] in 0..255 -> the config's value range. */
function realImages({ feeds }: Moment, { data }: Config): Tensor {
  const [low, high] = data.range;
  return add(mul(feeds['images']!, (high - low) / 255), low);
}

/** Fed as [step size, epsilon], with Adam's bias correction. */
function ratesOf({ feeds }: Moment, network: NetworkName): { stepSize: Scalar; epsilon: Scalar } {
  const [stepSize, epsilon] = unstack(feeds[`${network}Rates`]!) as Scalar[];
  return { stepSize: stepSize!, epsilon: epsilon! };
}
