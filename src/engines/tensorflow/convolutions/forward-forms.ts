// Forms of y[o] = sum_t x[s o + t - before] w[t].
import { concat, pad, reshape, type Tensor4D, transpose } from '@tensorflow/tfjs-core';
import { blockFrame, framed, inBlocks, tightBlockAxes } from './blocks.ts';
import type { Form } from './form.ts';
import { forwardByFrequency } from './frequency-forms.ts';
import { depthToSpace, forward, spaceToDepth, validConvolution } from './native.ts';
import { forwardOfWhole } from './whole-image-forms.ts';

const kernel: Form = { name: 'kernel', fits: () => true, compute: forward };

/** A convolution with stride s over C channels equals one with stride 1 over the s s C channels of blocks. */
const blocks: Form = {
  name: 'blocks',
  fits: ({ stride: [vertical, horizontal] }) => vertical > 1 && vertical === horizontal,
  compute(backend, convolution, x, filter) {
    const { filter: size, stride } = convolution;
    const axes = tightBlockAxes(convolution);
    const whole = framed(x as Tensor4D, 1, ...blockFrame(convolution, axes));
    const image = spaceToDepth(backend, whole, stride[0]); // [B, h - 1 + K, w - 1 + K, s s C]
    const byBlock = transpose(inBlocks(filter, axes), [0, 2, 1, 3, 4, 5]);
    return validConvolution(
      backend,
      image,
      reshape(byBlock, [axes[0].taps, axes[1].taps, stride[0] ** 2 * size[2], size[3]]),
    );
  },
};

/** For few filters, which leave SIMD lanes unused: computes 2 x 2 outputs as one with four times the filters, with stride 2. */
const pixelBlocks: Form = {
  name: 'pixel-blocks',
  fits: ({ filter, stride, output }) =>
    filter[3] <= 4 && stride[0] === 1 && stride[1] === 1 && output[1] % 2 === 0 && output[2] % 2 === 0,
  compute(backend, convolution, x, filter) {
    const shifted = ([row, column]: readonly [number, number]) =>
      pad(filter as Tensor4D, [[row, 1 - row], [column, 1 - column], [0, 0], [0, 0]]); // biome-ignore format: a table of sides
    const four = concat(
      (
        [
          [0, 0],
          [0, 1],
          [1, 0],
          [1, 1],
        ] as const
      ).map(shifted),
      3,
    ); // [kh + 1, kw + 1, C, 4 F]
    const image = framed(x as Tensor4D, 1, ...convolution.pad);
    return depthToSpace(backend, validConvolution(backend, image, four, { stride: [2, 2] }), 2);
  },
};

export const forwardForms: readonly Form[] = [forwardOfWhole, kernel, blocks, pixelBlocks, forwardByFrequency];
