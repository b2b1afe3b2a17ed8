// A sigmoid that keeps NaN. WGSL compilers may assume there is none; tfjs's kernel then returns 0, which would hide divergence.
import { Sigmoid } from '@tensorflow/tfjs-core';
import { elementCount } from '../../formats/tensor-shape.ts';
import { dispatch, forEach, type WebgpuKernel } from './kernel.ts';

/** y = 1 / (1 + exp(-x)). NaN has all exponent bits set and a fraction other than 0. */
const body = `
  let isNumber = (bitcast<u32>(x[i]) & 0x7fffffff) <= 0x7f800000;
  y[i] = select(x[i], 1 / (1 + exp(-x[i])), isNumber);`;

export const sigmoidKernel: WebgpuKernel = {
  kernelName: Sigmoid,
  kernelFunc: ({ inputs, backend }) => {
    const x = inputs['x']!;
    const { shape } = x;
    return dispatch(backend, { inputs: { x }, outputs: { y: { shape } }, ...forEach(elementCount(shape), body) })[0]!;
  },
};
