// Forms for a kernel as large as the image, which is a dense layer: one matrix product each.
import { matMul, reshape, type Tensor, type Tensor2D } from '@tensorflow/tfjs-core';
import type { Form } from './form.ts';
import type { Convolution } from './geometry.ts';

function fits({ input, filter, pad }: Convolution): boolean {
  return input[1] === filter[0] && input[2] === filter[1] && pad.flat().every((size) => size === 0);
}

const name = 'whole-image';

/** x or dx as [B, kh kw C], w or dw as [kh kw C, F], y or dy as [B, F]. */
const matrix = (values: Tensor, columns: number): Tensor2D => reshape(values, [-1, columns]);
const row = ({ filter: [height, width, channels] }: Convolution) => height * width * channels;

export const forwardOfWhole: Form = {
  name,
  fits,
  compute(_, convolution, x, w) {
    const y = matMul(matrix(x, row(convolution)), matrix(w, convolution.filter[3]));
    return reshape(y, convolution.output);
  },
};

export const inputGradientOfWhole: Form = {
  name,
  fits,
  compute(_, convolution, dy, w) {
    const { filter, input } = convolution;
    return reshape(matMul(matrix(dy, filter[3]), matrix(w, filter[3]), false, true), input);
  },
};

export const filterGradientOfWhole: Form = {
  name,
  fits,
  compute(_, convolution, x, dy) {
    const { filter } = convolution;
    return reshape(matMul(matrix(x, row(convolution)), matrix(dy, filter[3]), true), filter);
  },
};
