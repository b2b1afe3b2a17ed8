// Adaptive discriminator augmentation (ADA, Karras et al. 2020, section 3): images are augmented with a probability that rises while
// the discriminator overfits, which shows in how often it holds real images to be real.
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
import type { Reading } from '../losses.ts';

/** [probability, sum of signs, images, updates]; the last three since the probability was last set. */
export const augmentState = 'adaptive-augment';

const updatesPerChange = 4;

export function augmentVariables({ training }: Config): Record<string, Shape> {
  return training.adaptiveAugment ? { [augmentState]: [4] } : {};
}

/** The probability that an image is changed, [1]; undefined where every image is. */
export function augmentProbability(variables: Tensors): Tensor | undefined {
  const state = variables[augmentState];
  return state && slice(state, [0], [1]);
}

/**
 * Adds a discriminator update with its verdicts on real images, [B, 1]. Every fourth one moves the probability up where the mean
 * sign of the verdicts is above the target, down where it is not, by the share that the images since have of `images`.
 */
export function adaptAugment(
  variables: Tensors,
  { target, images: wholeRange }: NonNullable<Config['training']['adaptiveAugment']>,
  verdicts: Tensor,
  { score, realFrom }: Reading,
): Tensors {
  const [probability, earlierSigns, earlierImages, earlierUpdates] = unstack(variables[augmentState]!);
  const count = verdicts.shape[0]!;
  const signs = add(earlierSigns!, mul(signOf(score(verdicts), realFrom), count));
  const images = add(earlierImages!, count);
  const updates = add(earlierUpdates!, 1);
  const isDue = cast(greaterEqual(updates, updatesPerChange), 'float32'); // 0 or 1
  const change = mul(signOf(div(signs, images), target), div(images, wholeRange));
  const next = clipByValue(add(probability!, mul(isDue, change)), 0, 1);
  const kept = [signs, images, updates].map((value) => mul(value, sub(1, isDue)));
  return { [augmentState]: concat([next, ...kept].map((value) => reshape(value, [1]))) };
}

/** The mean over all values of 1 above a limit and -1 elsewhere. */
function signOf(values: Tensor, limit: number): Tensor {
  return sub(mul(mean(cast(greater(values, limit), 'float32')), 2), 1);
}

/** What a tick logs of it. */
export function augmentMeasurement(values: HostValues): { augmentProbability?: number } {
  const state = values[augmentState];
  return state ? { augmentProbability: state[0]! } : {};
}
