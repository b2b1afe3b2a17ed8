// Divides a strided convolution into blocks of one stride: the kernel is padded so that each block of taps meets one block of pixels.
import { pad, reshape, slice, type Tensor, type Tensor4D } from '@tensorflow/tfjs-core';
import type { Convolution, Sides } from './geometry.ts';

/** One axis in blocks: tap t of the padded kernel is tap t - front of the kernel, pixel i of the blocked image is pixel i - edge. */
export interface BlockAxis {
  stride: number;
  kernel: number;
  /** Zero taps before the kernel, or pixels before the image, that make the padding before it whole blocks. */
  front: number;
  edge: number;
  /** Blocks of the padded kernel, and of the padding before the image. */
  taps: number;
  lead: number;
}

/** Blocks that start at the image's first pixel. */
export function blockAxes({ filter, stride, pad: sides }: Convolution): [vertical: BlockAxis, horizontal: BlockAxis] {
  const axis = (a: 0 | 1): BlockAxis => {
    const before = sides[a][0];
    const front = (stride[a] - (before % stride[a])) % stride[a];
    return {
      stride: stride[a],
      kernel: filter[a],
      front,
      edge: 0,
      taps: Math.ceil((filter[a] + front) / stride[a]),
      lead: (before + front) / stride[a],
    };
  };
  return [axis(0), axis(1)];
}

/** As blockAxes, but starting at the padding where the kernel then spans fewer blocks: 4 taps in 2 blocks instead of 3. */
export function tightBlockAxes(convolution: Convolution): [vertical: BlockAxis, horizontal: BlockAxis] {
  const tight = (axis: BlockAxis, [before]: Sides): BlockAxis => {
    const taps = Math.ceil(axis.kernel / axis.stride);
    return taps < axis.taps ? { ...axis, front: 0, edge: before, taps, lead: 0 } : axis;
  };
  const [vertical, horizontal] = blockAxes(convolution);
  return [tight(vertical, convolution.pad[0]), tight(horizontal, convolution.pad[1])];
}

/** The padding that makes [B, H, W, C] whole blocks: exactly the pixels that the outputs' taps read. */
export function blockFrame({ input, output }: Convolution, axes: readonly [BlockAxis, BlockAxis]): [Sides, Sides] {
  return ([0, 1] as const).map((a): Sides => {
    const { edge, lead, stride, taps } = axes[a];
    const before = edge + lead * stride;
    return [before, stride * (output[a + 1]! - 1 + taps) - input[a + 1]! - before];
  }) as [Sides, Sides];
}

/** w: [kh, kw, C, F] -> [Kh, s, Kw, s, C, F], the padded kernel by block and by position within the block. */
export function inBlocks(filter: Tensor, [vertical, horizontal]: readonly [BlockAxis, BlockAxis]): Tensor {
  const [, , inputs, outputs] = filter.shape as [number, number, number, number];
  const sides = ({ front, taps, stride, kernel }: BlockAxis): Sides => [front, taps * stride - kernel - front];
  const padded = framed(filter as Tensor4D, 0, sides(vertical), sides(horizontal));
  return reshape(padded, [vertical.taps, vertical.stride, horizontal.taps, horizontal.stride, inputs, outputs]);
}

/** Pads two adjacent axes of a rank-4 tensor with zeros, or crops where a side is negative. */
export function framed(x: Tensor4D, firstAxis: 0 | 1, vertical: Sides, horizontal: Sides): Tensor4D {
  const sides = [0, 1, 2, 3].map((axis): Sides => {
    if (axis === firstAxis) return vertical;
    return axis === firstAxis + 1 ? horizontal : [0, 0];
  });
  const cut = sides.some((pair) => pair.some((size) => size < 0));
  const begin = sides.map(([before]) => Math.max(-before, 0)) as [number, number, number, number];
  const size = sides.map(([before, after], axis) => x.shape[axis]! + Math.min(before, 0) + Math.min(after, 0));
  const kept = cut ? slice(x, begin, size as typeof begin) : x;
  const added = sides.map(([before, after]): Sides => [Math.max(before, 0), Math.max(after, 0)]);
  return added.flat().every((count) => count === 0) ? kept : (pad(kept, added) as Tensor4D);
}
