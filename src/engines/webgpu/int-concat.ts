// Concatenation of int32 vectors. tfjs's kernel converts them to float32, whose 24 bits cannot hold a random seed's 32.
import '@tensorflow/tfjs-backend-webgpu';
import { Concat, getKernel, type TensorInfo } from '@tensorflow/tfjs-core';
import { elementCount } from '../../formats/tensor-shape.ts';
import { dispatch, type WebgpuKernel } from './kernel.ts';

const stock = getKernel(Concat, 'webgpu')!;

/** int32 vectors -> one int32 vector; other tensors use tfjs's kernel. */
export const intConcatKernel: WebgpuKernel = {
  ...stock,
  kernelFunc: (call) => {
    const tensors = Object.values(call.inputs) as TensorInfo[];
    if (tensors.some(({ dtype, shape }) => dtype !== 'int32' || shape.length !== 1)) return stock.kernelFunc(call);
    return dispatch(call.backend, concatenation(tensors))[0]!;
  },
};

/** One thread copies everything, since a seed is two numbers. */
function concatenation(tensors: readonly TensorInfo[]): Parameters<typeof dispatch>[1] {
  let offset = 0;
  const copies = tensors.map(({ shape }, index) => {
    const count = elementCount(shape);
    const loop = `for (var i = 0u; i < ${count}; i++) { joined[${offset} + i] = part${index}[i]; }`;
    offset += count;
    return loop;
  });
  return {
    inputs: Object.fromEntries(tensors.map((tensor, index) => [`part${index}`, tensor])),
    outputs: { joined: { shape: [offset], dtype: 'int32' } },
    code: `@compute @workgroup_size(1) fn main() { ${copies.join(' ')} }`,
    groups: 1,
  };
}
