// Forms of dx[i] = sum over t and o with s o + t - before = i of dy[o] w[t], which is also a transposed convolution's forward pass.
import { concat, reshape, reverse, slice, type Tensor, type Tensor4D, transpose } from '@tensorflow/tfjs-core';
import { type BlockAxis, blockAxes, framed, inBlocks, tightBlockAxes } from './blocks.ts';
import type { Form } from './form.ts';
import { inputGradientByFrequency } from './frequency-forms.ts';
import type { Convolution, Sides } from './geometry.ts';
import { depthToSpace, inputGradient, validConvolution } from './native.ts';
import { inputGradientOfWhole } from './whole-image-forms.ts';

const kernel: Form = { name: 'kernel', fits: () => true, compute: inputGradient };

const evenStride = ({ stride: [vertical, horizontal] }: Convolution) => vertical === horizontal;

/**
 * dx[s m + p] = sum_j dy[m + lead - j] w'[s j + p], where w' is the kernel in blocks: all s s phases p as one convolution to s s C
 * channels, which depth-to-space interleaves. With stride 1 it is the convolution with the flipped kernel.
 */
const subPixel: Form = {
  name: 'sub-pixel',
  fits: evenStride,
  compute(backend, convolution, dy, filter) {
    const { filter: size, stride } = convolution;
    const axes = tightBlockAxes(convolution);
    const flipped = transpose(reverse(inBlocks(filter, axes), [0, 2]), [0, 2, 5, 1, 3, 4]); // [Kh, Kw, F, s, s, C]
    const phases = reshape(flipped, [axes[0].taps, axes[1].taps, size[3], stride[0] ** 2 * size[2]]);
    const taps = ([0, 1] as const).map((axis): [number, number] => [0, axes[axis].taps]) as [Sides, Sides];
    const all = validConvolution(backend, around(dy, convolution, axes, taps), phases);
    return interleaved(backend, convolution, axes, all);
  },
};

/** As subPixel, but with a separate convolution for each phase, over that phase's taps only. */
const phases: Form = {
  name: 'phases',
  fits: (convolution) => evenStride(convolution) && convolution.stride[0] > 1,
  compute(backend, convolution, dy, filter) {
    const axes = blockAxes(convolution);
    const transposed = transpose(inBlocks(filter, axes), [0, 1, 2, 3, 5, 4]); // [Kh, s, Kw, s, F, C]
    const phase = (row: number, column: number): Tensor => {
      const taps: [Sides, Sides] = [tapsOf(axes[0], row), tapsOf(axes[1], column)];
      return validConvolution(
        backend,
        around(dy, convolution, axes, taps),
        phaseKernel(transposed, [row, column], taps),
      );
    };
    const numbers = Array.from({ length: convolution.stride[0] }, (_, index) => index);
    const all = numbers.flatMap((row) => numbers.map((column) => phase(row, column)));
    return interleaved(backend, convolution, axes, concat(all, 3));
  },
};

/** The range [first, end) of blocks in which phase p has a tap of the unpadded kernel. */
function tapsOf({ front, kernel: size, stride, taps }: BlockAxis, phase: number): Sides {
  const isTap = (block: number) => block * stride + phase >= front && block * stride + phase < front + size;
  const blocks = Array.from({ length: taps }, (_, block) => block).filter(isTap);
  return [blocks[0] ?? 0, (blocks.at(-1) ?? 0) + 1];
}

/** [Kh, s, Kw, s, F, C] -> the flipped kernel of one phase, [kh, kw, F, C]. */
function phaseKernel(byBlock: Tensor, [row, column]: [number, number], [vertical, horizontal]: [Sides, Sides]): Tensor {
  const [filters, channels] = byBlock.shape.slice(4) as [number, number];
  const counts = [vertical[1] - vertical[0], horizontal[1] - horizontal[0]] as const;
  const begin = [vertical[0], row, horizontal[0], column, 0, 0];
  const part = slice(byBlock, begin, [counts[0], 1, counts[1], 1, filters, channels]);
  return reverse(reshape(part, [...counts, filters, channels]), [0, 1]);
}

/** dy padded to what the tap blocks [first, end) read for every block of dx. */
function around(
  dy: Tensor,
  { input, output }: Convolution,
  axes: readonly [BlockAxis, BlockAxis],
  taps: readonly [Sides, Sides],
): Tensor {
  const sides = ([0, 1] as const).map((axis): Sides => {
    const { edge, lead, stride } = axes[axis];
    const [first, end] = taps[axis];
    const blocks = Math.ceil((edge + input[axis + 1]!) / stride);
    return [end - 1 - lead, blocks - 1 + lead - first - (output[axis + 1]! - 1)];
  }) as [Sides, Sides];
  return framed(dy as Tensor4D, 1, ...sides);
}

/** [B, m, m', s s C] -> [B, H, W, C], cropped where the first and last blocks extend beyond the edges. */
function interleaved(
  backend: Parameters<Form['compute']>[0],
  { input, stride }: Convolution,
  [vertical, horizontal]: readonly [BlockAxis, BlockAxis],
  all: Tensor,
): Tensor {
  const dx = stride[0] === 1 ? all : depthToSpace(backend, all, stride[0]);
  const whole = dx.shape[1] === input[1] && dx.shape[2] === input[2];
  return whole ? dx : slice(dx as Tensor4D, [0, vertical.edge, horizontal.edge, 0], input);
}

export const inputGradientForms: readonly Form[] = [
  inputGradientOfWhole,
  kernel,
  subPixel,
  phases,
  inputGradientByFrequency,
];
