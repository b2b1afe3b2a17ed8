// DiffAugment (Zhao et al. 2020): the same kinds of random changes for real and generated images, all differentiable.
import {
  add,
  cast,
  equal,
  floor,
  greaterEqual,
  less,
  logicalAnd,
  matMul,
  mean,
  mul,
  reshape,
  sub,
  type Tensor,
  type Tensor4D,
  transpose,
} from '@tensorflow/tfjs-core';
import { indices } from '../../engines/ops/indices.ts';
import { type Randomness, statelessUniform } from '../../engines/ops/stateless-uniform.ts';

export type Augmentation = 'color' | 'translation' | 'cutout';

/** x: [B, h, w, c] -> the same shape, each image changed in its own way; by each change with a probability, [1], if it is given. */
export function diffAugment(
  x: Tensor4D,
  augmentations: readonly Augmentation[],
  random: Randomness,
  probability?: Tensor,
): Tensor4D {
  return augmentations.reduce((images, name) => {
    if (!probability) return changes[name](images, random);
    const changed = cast(less(perImage(images, random), probability), 'float32'); // 0 or 1, [B, 1, 1, 1]
    return add(mul(changes[name](images, random), changed), mul(images, sub(1, changed)));
  }, x);
}

const changes: Record<Augmentation, (x: Tensor4D, random: Randomness) => Tensor4D> = { color, translation, cutout };

/** One number per image in [0, 1), [B, 1, 1, 1]. */
function perImage(x: Tensor, { seed, nextDraw }: Randomness): Tensor4D {
  return reshape(statelessUniform([x.shape[0]!], seed, nextDraw()), [x.shape[0]!, 1, 1, 1]);
}

/** Brightness +-0.5, saturation times 0 to 2, contrast times 0.5 to 1.5. */
function color(x: Tensor4D, random: Randomness): Tensor4D {
  const bright = add(x, sub(perImage(x, random), 0.5));
  const gray = mean(bright, 3, true); // [B, h, w, 1]
  const saturated = add(mul(sub(bright, gray), mul(perImage(x, random), 2)), gray);
  const level = mean(saturated, [1, 2, 3], true); // [B, 1, 1, 1]
  return add(mul(sub(saturated, level), add(perImage(x, random), 0.5)), level);
}

/** Shifts by up to an eighth of each side; what comes in from outside is 0. */
function translation(x: Tensor4D, random: Randomness): Tensor4D {
  const down = shiftRows(x, wholeShift(x, x.shape[1], random));
  const turned = transpose(down, [0, 2, 1, 3]);
  return transpose(shiftRows(turned, wholeShift(x, x.shape[2], random)), [0, 2, 1, 3]);
}

/** A whole number of pixels in [-side / 8, side / 8] per image, [B, 1, 1]. */
function wholeShift(x: Tensor4D, side: number, random: Randomness): Tensor {
  const most = Math.floor(side / 8 + 0.5);
  return reshape(sub(floor(mul(perImage(x, random), 2 * most + 1)), most), [x.shape[0], 1, 1]);
}

/** Row i of the result is row i - shift of x. As a product with a matrix of zeros and ones, so it has a gradient. */
function shiftRows(x: Tensor4D, shift: Tensor): Tensor4D {
  const [count, height, width, channels] = x.shape;
  const to = reshape(indices(height), [1, height, 1]);
  const from = reshape(indices(height), [1, 1, height]);
  const matrix = cast(equal(sub(to, shift), from), 'float32'); // [B, h, h]
  return reshape(matMul(matrix, reshape(x, [count, height, width * channels])), x.shape);
}

/** A rectangle of half the sides, anywhere and partly outside too, set to 0. */
function cutout(x: Tensor4D, random: Randomness): Tensor4D {
  const [, height, width] = x.shape;
  const rows = cut(height, perImage(x, random), [1, height, 1, 1]);
  const columns = cut(width, perImage(x, random), [1, 1, width, 1]);
  return mul(x, sub(1, mul(rows, columns)));
}

/** 1 where an axis lies within the cut, else 0. Its middle is at a whole pixel, drawn by `place` in [0, 1). */
function cut(side: number, place: Tensor, shape: [number, number, number, number]): Tensor {
  const length = Math.floor(side / 2 + 0.5);
  const middle = floor(mul(place, side + 1 - (length % 2)));
  const position = add(sub(reshape(indices(side), shape), middle), Math.floor(length / 2)); // 0 to length - 1 within
  return cast(logicalAnd(greaterEqual(position, 0), less(position, length)), 'float32');
}
