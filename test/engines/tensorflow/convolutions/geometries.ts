// Convolutions of the shipped designs and of unusual sizes, with hashed operands.
import { tensor4d } from '@tensorflow/tfjs-core';
import type { Kind } from '../../../../src/engines/tensorflow/convolutions/choices.ts';
import { type Convolution, convolutionOf } from '../../../../src/engines/tensorflow/convolutions/geometry.ts';
import { elementCount } from '../../../../src/formats/tensor-shape.ts';

type Sides = [top: number, bottom: number, left: number, right: number];

/** x: [B, H, W, C], w: [kh, kw, C, F]. */
export function convolution(
  x: number[],
  w: number[],
  strides: [number, number],
  padding: 'same' | 'valid' | Sides,
): Convolution {
  if (typeof padding === 'string') return convolutionOf({ strides, pad: padding }, x, w);
  const [top, bottom, left, right] = padding;
  return convolutionOf({ strides, pad: [[0, 0], [top, bottom], [left, right], [0, 0]] }, x, w); // biome-ignore format: sides
}

export const geometries: Record<string, Convolution> = {
  'k5 s2 same, even sides': convolution([3, 8, 8, 5], [5, 5, 5, 6], [2, 2], 'same'),
  'k5 s2 same, odd sides': convolution([2, 7, 9, 5], [5, 5, 5, 6], [2, 2], 'same'),
  'k5 s2 same, 16 channels': convolution([2, 6, 6, 16], [5, 5, 16, 7], [2, 2], 'same'),
  'k4 s2 pad 1': convolution([2, 8, 8, 3], [4, 4, 3, 8], [2, 2], [1, 1, 1, 1]),
  'k4 s2 pad 1, odd sides, the last row unseen': convolution([2, 9, 7, 3], [4, 4, 3, 8], [2, 2], [1, 1, 1, 1]),
  'k3 s1 same': convolution([2, 5, 6, 4], [3, 3, 4, 5], [1, 1], 'same'),
  'k3 s1 same, 3 filters': convolution([2, 6, 4, 7], [3, 3, 7, 3], [1, 1], 'same'),
  'k3 s1 same, 3 filters, 16 channels, odd sides': convolution([2, 5, 7, 16], [3, 3, 16, 3], [1, 1], 'same'),
  'k5 s1 same': convolution([2, 7, 7, 6], [5, 5, 6, 4], [1, 1], 'same'),
  'k5 s1, sides unlike each other': convolution([2, 6, 7, 3], [5, 5, 3, 4], [1, 1], [4, 1, 0, 3]),
  'k5 s3 same': convolution([2, 9, 9, 4], [5, 5, 4, 6], [3, 3], 'same'),
  'k4 s3, the last block over the edge': convolution([2, 10, 11, 4], [4, 4, 4, 5], [3, 3], [1, 2, 0, 1]),
  'k2 s3, kernel smaller than the stride': convolution([2, 10, 8, 2], [2, 2, 2, 3], [3, 3], [0, 1, 1, 0]),
  'k5 s2, sides unlike each other': convolution([2, 8, 9, 3], [5, 5, 3, 4], [2, 2], [3, 0, 1, 4]),
  'k5 s2 pad 2, as with output padding 1': convolution([2, 8, 8, 3], [5, 5, 3, 4], [2, 2], [2, 2, 2, 2]),
  'k3 s3 pad 0, as with output padding 2': convolution([2, 11, 8, 3], [3, 3, 3, 4], [3, 3], [0, 0, 0, 0]),
  'k5 s2 pad 1, sides 8 to 3': convolution([2, 8, 8, 2], [5, 5, 2, 3], [2, 2], [1, 1, 1, 1]),
  'k4 s2 same, 6 x 10': convolution([2, 6, 10, 3], [4, 4, 3, 5], [2, 2], 'same'),
  'k5 by 3, s2 by 1': convolution([2, 6, 10, 3], [5, 3, 3, 4], [2, 1], 'same'),
  'k3 by 5 s2, 16 channels': convolution([2, 9, 10, 16], [3, 5, 16, 3], [2, 2], [1, 2, 2, 1]),
  'k5 s2 same, 1 channel': convolution([3, 8, 8, 1], [5, 5, 1, 8], [2, 2], 'same'),
  'k5 s1 same, 1 channel to 1 filter': convolution([2, 6, 6, 1], [5, 5, 1, 1], [1, 1], 'same'),
  'k4 valid, 4 x 4 to 1 x 1': convolution([5, 4, 4, 6], [4, 4, 6, 3], [1, 1], 'valid'),
  'k4 valid, 4 x 4 to 1 x 1, 16 channels to 1 filter': convolution([5, 4, 4, 16], [4, 4, 16, 1], [1, 1], 'valid'),
  'k5 by 3 s2 valid, 5 x 3 to 1 x 1': convolution([3, 5, 3, 4], [5, 3, 4, 6], [2, 2], 'valid'),
  'k3 s1, padding beyond the kernel': convolution([2, 4, 6, 3], [3, 3, 3, 2], [1, 1], [4, 4, 3, 5]),
  'k3 s2, padding beyond the kernel': convolution([2, 5, 6, 3], [3, 3, 3, 5], [2, 2], [4, 3, 5, 5]),
  'k5 s1 same, 16 channels to 16 filters': convolution([3, 7, 6, 16], [5, 5, 16, 16], [1, 1], 'same'),
  'k5 s2 same, 16 filters': convolution([2, 8, 9, 5], [5, 5, 5, 16], [2, 2], 'same'),
  'k4 s2 pad 1, 17 filters': convolution([2, 9, 8, 6], [4, 4, 6, 17], [2, 2], [1, 1, 1, 1]),
  'k3 s1 valid, 16 channels to 16 filters': convolution([2, 6, 5, 16], [3, 3, 16, 16], [1, 1], 'valid'),
  'k5 s1, sides unlike each other, 16 channels to 16 filters': convolution(
    [2, 6, 7, 16],
    [5, 5, 16, 16],
    [1, 1],
    [4, 1, 0, 3],
  ),
  'k1 s1': convolution([2, 4, 4, 6], [1, 1, 6, 4], [1, 1], 'same'),
  'k1 s2': convolution([2, 5, 6, 3], [1, 1, 3, 4], [2, 2], 'valid'),
};

export const kinds: readonly Kind[] = ['forward', 'inputGradient', 'filterGradient'];

/** The shapes of a kind's two operands and of its result. */
export function shapesOf(kind: Kind, { input, filter, output }: Convolution) {
  const shapes = {
    forward: [input, filter, output],
    inputGradient: [output, filter, input],
    filterGradient: [input, output, filter],
  } as const;
  const [first, second, result] = shapes[kind];
  return { first, second, result };
}

export function tensorOf(shape: readonly [number, number, number, number], values: (count: number) => Float32Array) {
  return tensor4d(values(elementCount(shape)), [...shape]);
}
