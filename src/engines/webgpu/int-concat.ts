// Integers set end to end. tfjs's kernel passes them through float32, which has 24 bits: the seeds of masks have 32.
import '@tensorflow/tfjs-backend-webgpu';
import { Concat, getKernel, type TensorInfo } from '@tensorflow/tfjs-core';
import { elementCount } from '../../formats/tensor-shape.ts';
import { dispatch, type WebgpuKernel } from './kernel.ts';

const stock = getKernel(Concat, 'webgpu')!;

/** int32 vectors -> one int32 vector; all else is tfjs's own. */
export const intConcatKernel: WebgpuKernel = {
  ...stock,
  kernelFunc: (call) => {
    const tensors = Object.values(call.inputs) as TensorInfo[];
    if (tensors.some(({ dtype, shape }) => dtype !== 'int32' || shape.length !== 1)) return stock.kernelFunc(call);
    return dispatch(call.backend, joining(tensors))[0]!;
  },
};

/** One thread copies all: seeds are two numbers. */
function joining(tensors: readonly TensorInfo[]): Parameters<typeof dispatch>[1] {
  let place = 0;
  const copies = tensors.map(({ shape }, index) => {
    const count = elementCount(shape);
    const loop = `for (var i = 0u; i < ${count}; i++) { joined[${place} + i] = part${index}[i]; }`;
    place += count;
    return loop;
  });
  return {
    inputs: Object.fromEntries(tensors.map((tensor, index) => [`part${index}`, tensor])),
    outputs: { joined: { shape: [place], dtype: 'int32' } },
    code: `@compute @workgroup_size(1) fn main() { ${copies.join(' ')} }`,
    groups: 1,
  };
}
