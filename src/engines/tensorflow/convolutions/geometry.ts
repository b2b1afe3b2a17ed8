// A convolution's sizes, stride and padding as plain numbers.
import { elementCount } from '../../../formats/tensor-shape.ts';

export type Sides = [before: number, after: number];

/** Attributes as tfjs passes them to a convolution kernel. Our layers always use explicit padding. */
export interface ConvolutionAttributes {
  strides: number | [number, number];
  pad: 'same' | 'valid' | [Sides, Sides, Sides, Sides];
}

/** The forward convolution y[o] = sum_t x[s o + t - before] w[t], which a kernel computes or differentiates. */
export interface Convolution {
  /** x: [B, H, W, C]. */
  input: [batch: number, height: number, width: number, channels: number];
  /** w: [kh, kw, C, F]. */
  filter: [height: number, width: number, inputs: number, outputs: number];
  /** y: [B, h, w, F]. */
  output: [batch: number, height: number, width: number, filters: number];
  stride: [vertical: number, horizontal: number];
  pad: [vertical: Sides, horizontal: Sides];
}

type Shape4D = [number, number, number, number];

export function convolutionOf({ strides, pad }: ConvolutionAttributes, x: number[], filter: number[]): Convolution {
  const input = x as Shape4D;
  const stride: [number, number] = typeof strides === 'number' ? [strides, strides] : strides;
  const sides = ([0, 1] as const).map((axis): Sides => {
    if (pad === 'valid') return [0, 0];
    if (pad === 'same') return samePadding(input[axis + 1]!, filter[axis]!, stride[axis]);
    return pad[axis + 1]!;
  }) as [Sides, Sides];
  const outputSide = (axis: 0 | 1) =>
    Math.floor((input[axis + 1]! + sides[axis][0] + sides[axis][1] - filter[axis]!) / stride[axis]) + 1;
  return {
    input,
    filter: filter as Shape4D,
    output: [input[0], outputSide(0), outputSide(1), filter[3]!],
    stride,
    pad: sides,
  };
}

/** TensorFlow's SAME: ceil(n / s) outputs; an odd pixel of padding goes after. */
export function samePadding(size: number, kernel: number, stride: number): Sides {
  const total = Math.max((Math.ceil(size / stride) - 1) * stride + kernel - size, 0);
  const before = Math.floor(total / 2);
  return [before, total - before];
}

/** Multiplications and additions of the forward convolution; each gradient takes as many. */
export function operationsOf({ output, filter }: Convolution): number {
  return 2 * elementCount([...output, ...filter.slice(0, 3)]);
}
