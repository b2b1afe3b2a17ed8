// Nearest upsampling followed by a convolution, as one transposed convolution: the same values with 2 to 4 times fewer products.
import { add, conv2dTranspose, pad, reverse, type Tensor, type Tensor4D, transpose } from '@tensorflow/tfjs-core';
import type { Layer } from '../../config/schema/layers.ts';
import type { LayerContext, LayerOf } from '../layer.ts';
import { paddingOf } from './conv.ts';
import { pair, type Sides } from './padding.ts';
import { kernelOf, withBias } from './weights.ts';

/** Whether the layers are nearest upsampling and a convolution of stride 1 whose padding is smaller than its kernel. */
export function isUpsampledConv(first: Layer, second: Layer | undefined): boolean {
  if (first.type !== 'upsample' || first.method !== 'nearest' || second?.type !== 'conv') return false;
  const { padding, kernel, stride } = second;
  if (pair(stride).some((step) => step !== 1)) return false;
  return typeof padding === 'string' || [padding].flat().every((pixels) => pixels < Math.min(...pair(kernel)));
}

/**
 * With u[j] = x[floor(j / f)] upsampled and y[i] = sum_t u[i + t - before] w[t], pixel x[m] reaches y[i] with the sum of the
 * w[t] for which i + t - before lies in f m ... f m + f - 1: a transposed convolution of stride f whose kernel, k + f - 1 wide, is
 * the flipped w summed over windows of f. Along an axis it takes (k + f - 1) / f products per output instead of k.
 */
export function upsampledConv(
  { factor }: LayerOf<'upsample'>,
  options: LayerOf<'conv'>,
  x: Tensor,
  context: LayerContext,
): Tensor {
  const image = x as Tensor4D; // [B, h, w, c]
  const factors = pair(factor);
  const sides = [image.shape[1] * factors[0], image.shape[2] * factors[1]] as const; // of the upsampled image
  const kernel = kernelOf(options, -1, context) as Tensor4D; // [kh, kw, c, filters]
  const padding = paddingOf(options, ...sides);
  const mirrored = ([0, 1] as const).map((axis): Sides => {
    const reach = kernel.shape[axis] - 1;
    return [reach - padding[axis][0], reach - padding[axis][1]];
  }) as [Sides, Sides];
  const outputSide = (axis: 0 | 1) => sides[axis] + padding[axis][0] + padding[axis][1] - kernel.shape[axis] + 1;
  const flipped = transpose(reverse(kernel, [0, 1]), [0, 1, 3, 2]); // [kh, kw, filters, c]
  const summed = windowSums(windowSums(flipped, 0, factors[0]), 1, factors[1]);
  const y = conv2dTranspose(
    image,
    summed as Tensor4D,
    [image.shape[0], outputSide(0), outputSide(1), options.filters],
    factors,
    [[0, 0], ...mirrored, [0, 0]],
    'floor',
  );
  return withBias(options, y, context); // [B, f h, f w, filters]
}

/** Sums over every window of `width` along an axis, including partial ones at the edges: k -> k + width - 1. */
function windowSums(kernel: Tensor, axis: 0 | 1, width: number): Tensor {
  const shifted = (by: number) => {
    const around = kernel.shape.map((_, index): Sides => (index === axis ? [by, width - 1 - by] : [0, 0]));
    return pad(kernel, around);
  };
  let sum = shifted(0);
  for (let by = 1; by < width; by++) sum = add(sum, shifted(by));
  return sum;
}
