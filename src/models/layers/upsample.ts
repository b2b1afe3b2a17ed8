// Upsampling by whole factors, NHWC: every pixel repeated, or neighbours blended.
import { add, concat, mul, reshape, slice, stack, type Tensor, type Tensor4D } from '@tensorflow/tfjs-core';
import { repeatPixels } from '../../engines/ops/repeat-pixels.ts';
import { expectImage, type LayerKind, type LayerOf } from '../layer.ts';
import { pair } from './padding.ts';

export const upsample: LayerKind<LayerOf<'upsample'>> = {
  outputShape({ factor }, input) {
    const [height, width, channels] = expectImage(input, 'upsample');
    const [vertical, horizontal] = pair(factor);
    return [height * vertical, width * horizontal, channels];
  },
  apply({ factor, method }, x) {
    const factors = pair(factor);
    if (method === 'nearest') return repeatPixels(x as Tensor4D, factors);
    return blendAlong(blendAlong(x, 1, factors[0]), 2, factors[1]);
  },
};

/**
 * Output pixel f i + p lies at i + (p + 1/2) / f - 1/2 between the input's pixels and is the weighted mean of the two beside
 * it; beyond the edge the outermost pixel goes on. [B, ..., n, ...] -> [B, ..., f n, ...].
 */
function blendAlong(x: Tensor, axis: 1 | 2, factor: number): Tensor {
  if (factor === 1) return x;
  const size = x.shape[axis]!;
  const extended = concat([part(x, axis, 0, 1), x, part(x, axis, size - 1, 1)], axis); // pixel i of x is at i + 1
  const phases = Array.from({ length: factor }, (_, phase) => {
    const place = 1 + (phase + 0.5) / factor - 0.5; // of the first output pixel, in extended
    const before = Math.floor(place);
    const share = place - before;
    const pixels = part(extended, axis, before, size);
    return share === 0 ? pixels : add(mul(pixels, 1 - share), mul(part(extended, axis, before + 1, size), share));
  });
  return reshape(stack(phases, axis + 1), withSide(x, axis, size * factor));
}

/** `count` rows (axis 1) or columns (axis 2) from the one numbered `first`. */
function part(x: Tensor, axis: 1 | 2, first: number, count: number): Tensor {
  const begin = [0, 0, 0, 0].with(axis, first);
  return slice(x, begin, withSide(x, axis, count));
}

function withSide(x: Tensor, axis: 1 | 2, side: number): number[] {
  return x.shape.with(axis, side);
}
