// Forms of dw[t] = sum_{n, o} x[n, s o + t - before] dy[n, o].
import { concat, matMul, reshape, slice, type Tensor2D, type Tensor4D, transpose } from '@tensorflow/tfjs-core';
import { framed } from './blocks.ts';
import type { Form } from './form.ts';
import { filterGradientByFrequency } from './frequency-forms.ts';
import type { Convolution, Sides } from './geometry.ts';
import { filterGradient, patches, validConvolution } from './native.ts';
import { filterGradientOfWhole } from './whole-image-forms.ts';

const kernel: Form = { name: 'kernel', fits: () => true, compute: filterGradient };

/** The pixels of x that taps read, with padding. */
function pixelsRead(x: Tensor4D, { input, filter, output, stride, pad }: Convolution): Tensor4D {
  const sides = ([0, 1] as const).map((axis): Sides => {
    const [before] = pad[axis];
    return [before, (output[axis + 1]! - 1) * stride[axis] + filter[axis] - input[axis + 1]! - before];
  }) as [Sides, Sides];
  return framed(x, 1, ...sides);
}

/** A forward convolution with batch and channels swapped and dy as its kernel, dilated by s. */
const transposed: Form = {
  name: 'transposed',
  fits: () => true,
  compute(backend, convolution, x, dy) {
    const image = transpose(pixelsRead(x as Tensor4D, convolution), [3, 1, 2, 0]); // [C, H', W', B]
    const taps = transpose(dy, [1, 2, 0, 3]); // [h, w, B, F]
    const dw = validConvolution(backend, image, taps, { dilation: convolution.stride }); // [C, kh, kw, F]
    return transpose(dw, [1, 2, 0, 3]);
  },
};

const maxPatchValues = 2 ** 27; // 512 MiB in float32

/** One matrix product of all patches (im2col) with dy. */
const product: Form = {
  name: 'product',
  fits: ({ filter: [rows, columns, channels], output: [batch, height, width] }) =>
    channels >= 16 && batch * height * width * rows * columns * channels <= maxPatchValues,
  compute(backend, convolution, x, dy) {
    const { filter, stride } = convolution;
    const columns = patches(backend, pixelsRead(x as Tensor4D, convolution), filter, stride); // [B, h, w, kh kw C]
    const rows = reshape(columns, [-1, filter[0] * filter[1] * filter[2]]) as Tensor2D;
    return reshape(matMul(rows, reshape(dy, [-1, filter[3]]) as Tensor2D, true), filter);
  },
};

/** For few filters, which leave SIMD lanes unused: concatenates dy shifted by each row of the kernel, as kh times the filters. */
const shiftedRows: Form = {
  name: 'shifted-rows',
  fits: ({ filter, stride }) => filter[3] <= 4 && filter[0] > 1 && stride[0] === 1 && stride[1] === 1,
  compute(backend, convolution, x, dy) {
    const { input, filter, output, pad } = convolution;
    const [rows, columns, channels, filters] = filter;
    const before = rows - 1 - pad[0][0];
    const tall = framed(dy as Tensor4D, 1, [before, input[1] + rows - 1 - output[1] - before], [0, 0]);
    const size: [number, number, number, number] = [output[0], input[1], output[2], filters];
    const shifts = Array.from({ length: rows }, (_, row) => slice(tall, [0, rows - 1 - row, 0, 0], size));
    const wide: Convolution = {
      ...convolution,
      filter: [1, columns, channels, rows * filters],
      output: [output[0], input[1], output[2], rows * filters],
      pad: [[0, 0], pad[1]],
    };
    const dw = filterGradient(backend, wide, x, concat(shifts, 3)); // [1, kw, C, kh F]
    return transpose(reshape(dw, [columns, channels, rows, filters]), [2, 0, 1, 3]);
  },
};

export const filterGradientForms: readonly Form[] = [
  filterGradientOfWhole,
  kernel,
  transposed,
  product,
  shiftedRows,
  filterGradientByFrequency,
];
