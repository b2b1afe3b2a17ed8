// Converts TensorFlow's SAME, PyTorch's symmetric numbers and no padding to explicit pixels, [before, after] per axis.
import type { Padding } from '../../config/schema/weight-layers.ts';

export type Sides = [before: number, after: number];

/** Padding of a convolution along one axis (0 height, 1 width) with this input size, kernel and stride. */
export function convolutionPadding(padding: Padding, axis: 0 | 1, size: number, kernel: number, stride: number): Sides {
  if (padding === 'valid') return [0, 0];
  if (padding === 'same') return samePadding(size, kernel, stride);
  if (typeof padding === 'number') return [padding, padding];
  return axis === 0 ? [padding[0], padding[1]] : [padding[2], padding[3]];
}

/**
 * TensorFlow's SAME: out = ceil(n / s), total = max((out - 1) s + k - n, 0), the odd pixel after.
 * https://www.tensorflow.org/api_docs/python/tf/nn#notes_on_padding_2
 */
function samePadding(size: number, kernel: number, stride: number): Sides {
  const total = Math.max((Math.ceil(size / stride) - 1) * stride + kernel - size, 0);
  const before = Math.floor(total / 2);
  return [before, total - before];
}

/** Output size of a convolution: floor((n + before + after - k) / s) + 1. */
export function convolvedSize(size: number, [before, after]: Sides, kernel: number, stride: number): number {
  return Math.floor((size + before + after - kernel) / stride) + 1;
}

/** [height, width] of an option that may be one number. */
export function pair(value: number | [number, number]): [number, number] {
  return typeof value === 'number' ? [value, value] : value;
}
