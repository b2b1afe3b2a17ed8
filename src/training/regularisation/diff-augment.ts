// DiffAugment (Zhao et al. 2020): differentiable random augmentations, applied alike to real and generated images.
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

/** x: [B, h, w, c] -> the same shape. Each image draws its own augmentations, each applied with a probability, [1], if given. */
export function diffAugment(
  x: Tensor4D,
  augmentations: readonly Augmentation[],
  random: Randomness,
  probability?: Tensor,
): Tensor4D {
  return augmentations.reduce((images, name) => {
    if (!probability) return augment[name](images, random);
    const isApplied = cast(less(perImage(images, random), probability), 'float32'); // 0 or 1, [B, 1, 1, 1]
    return add(mul(augment[name](images, random), isApplied), mul(images, sub(1, isApplied)));
  }, x);
}

const augment: Record<Augmentation, (x: Tensor4D, random: Randomness) => Tensor4D> = { color, translation, cutout };

/** A uniform number in [0, 1) per image, [B, 1, 1, 1]. */
function perImage(x: Tensor, { seed, nextDraw }: Randomness): Tensor4D {
  return reshape(statelessUniform([x.shape[0]!], seed, nextDraw()), [x.shape[0]!, 1, 1, 1]);
}

/** Adds up to +-0.5 to the brightness, scales saturation by 0 to 2 and contrast by 0.5 to 1.5. */
function color(x: Tensor4D, random: Randomness): Tensor4D {
  const bright = add(x, sub(perImage(x, random), 0.5));
  const gray = mean(bright, 3, true); // [B, h, w, 1]
  const saturated = add(mul(sub(bright, gray), mul(perImage(x, random), 2)), gray);
  const level = mean(saturated, [1, 2, 3], true); // [B, 1, 1, 1]
  return add(mul(sub(saturated, level), add(perImage(x, random), 0.5)), level);
}

/** Shifts by up to an eighth of each side, filling with 0. */
function translation(x: Tensor4D, random: Randomness): Tensor4D {
  const down = shiftRows(x, wholeShift(x, x.shape[1], random));
  const transposed = transpose(down, [0, 2, 1, 3]);
  return transpose(shiftRows(transposed, wholeShift(x, x.shape[2], random)), [0, 2, 1, 3]);
}

/** A whole number of pixels in [-side / 8, side / 8] per image, [B, 1, 1]. */
function wholeShift(x: Tensor4D, side: number, random: Randomness): Tensor {
  const maxShift = Math.floor(side / 8 + 0.5);
  return reshape(sub(floor(mul(perImage(x, random), 2 * maxShift + 1)), maxShift), [x.shape[0], 1, 1]);
}

/** Row i of the result is row i - shift of x; shift: [B, 1, 1]. A product with a permutation matrix, so that it has a gradient. */
function shiftRows(x: Tensor4D, shift: Tensor): Tensor4D {
  const [count, height, width, channels] = x.shape;
  const to = reshape(indices(height), [1, height, 1]);
  const from = reshape(indices(height), [1, 1, height]);
  const matrix = cast(equal(sub(to, shift), from), 'float32'); // [B, h, h]
  return reshape(matMul(matrix, reshape(x, [count, height, width * channels])), x.shape);
}

/** Sets a rectangle of half of each side to 0; it may lie partly outside. */
function cutout(x: Tensor4D, random: Randomness): Tensor4D {
  const [, height, width] = x.shape;
  const rows = cut(height, perImage(x, random), [1, height, 1, 1]);
  const columns = cut(width, perImage(x, random), [1, 1, width, 1]);
  return mul(x, sub(1, mul(rows, columns)));
}

/** 1 inside the cut along one axis, else 0. `place`, [B, 1, 1, 1] in [0, 1), draws its centre, a whole pixel. */
function cut(side: number, place: Tensor, shape: [number, number, number, number]): Tensor {
  const length = Math.floor(side / 2 + 0.5);
  const middle = floor(mul(place, side + 1 - (length % 2)));
  const position = add(sub(reshape(indices(side), shape), middle), Math.floor(length / 2)); // 0 to length - 1 inside
  return cast(logicalAnd(greaterEqual(position, 0), less(position, length)), 'float32');
}
