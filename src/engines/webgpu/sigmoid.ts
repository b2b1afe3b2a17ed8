// The sigmoid, NaN of NaN: compilers of WGSL may assume that there is none, and tfjs's kernel then gives 0, which hides a run gone wrong.
import { Sigmoid } from '@tensorflow/tfjs-core';
import { elementCount } from '../../formats/tensor-shape.ts';
import { dispatch, forEach, type WebgpuKernel } from './kernel.ts';

/** y = 1 / (1 + exp(-x)). A NaN has all bits of the exponent and some of the fraction. */
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
