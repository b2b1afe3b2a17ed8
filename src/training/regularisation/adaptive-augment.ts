// Adaptive discriminator augmentation (ADA, Karras et al. 2020, section 3): images are augmented with a probability that rises while
// the discriminator overfits, measured by the share of real images that it classifies as real.
import {
  add,
  cast,
  clipByValue,
  concat,
  div,
  greater,
  greaterEqual,
  mean,
  mul,
  reshape,
  slice,
  sub,
  type Tensor,
  unstack,
} from '@tensorflow/tfjs-core';
import type { Config } from '../../config/config.ts';
import type { HostValues, Shape, Tensors } from '../../engines/engine.ts';
import type { ScoreRule } from '../losses.ts';

/** [4]: probability, sum of signs, images, updates; the last three since the probability was last changed. */
export const augmentState = 'adaptive-augment';

const updatesPerChange = 4;

export function augmentVariables({ training }: Config): Record<string, Shape> {
  return training.adaptiveAugment ? { [augmentState]: [4] } : {};
}

/** The probability that an image is augmented, [1]; undefined if all are. */
export function augmentProbability(variables: Tensors): Tensor | undefined {
  const state = variables[augmentState];
  return state && slice(state, [0], [1]);
}

/**
 * Adds one discriminator update by its logits of real images, [B, 1]. Every fourth update moves the probability: up if the mean
 * sign r_t is above the target, else down, at a speed that takes it from 0 to 1 in `images` images.
 */
export function adaptAugment(
  variables: Tensors,
  { target, images: wholeRange }: NonNullable<Config['training']['adaptiveAugment']>,
  realLogits: Tensor,
  { score, realAbove }: ScoreRule,
): Tensors {
  const [probability, earlierSigns, earlierImages, earlierUpdates] = unstack(variables[augmentState]!);
  const count = realLogits.shape[0]!;
  const signs = add(earlierSigns!, mul(meanSign(score(realLogits), realAbove), count));
  const images = add(earlierImages!, count);
  const updates = add(earlierUpdates!, 1);
  const isDue = cast(greaterEqual(updates, updatesPerChange), 'float32'); // 0 or 1
  const change = mul(meanSign(div(signs, images), target), div(images, wholeRange));
  const next = clipByValue(add(probability!, mul(isDue, change)), 0, 1);
  const kept = [signs, images, updates].map((value) => mul(value, sub(1, isDue)));
  return { [augmentState]: concat([next, ...kept].map((value) => reshape(value, [1]))) };
}

/** Mean of 1 for values above the limit and -1 for the others; a scalar in [-1, 1]. */
function meanSign(values: Tensor, limit: number): Tensor {
  return sub(mul(mean(cast(greater(values, limit), 'float32')), 2), 1);
}

/** The logged value: the probability. */
export function augmentationLog(values: HostValues): { augmentProbability?: number } {
  const state = values[augmentState];
  return state ? { augmentProbability: state[0]! } : {};
}
