// x >= scalar, as dropout masks need it, in a plain loop: tfjs's kernel computes a broadcast index for every value.
import '@tensorflow/tfjs-backend-wasm';
import type { BackendWasm } from '@tensorflow/tfjs-backend-wasm';
import { GreaterEqual, getKernel, type TensorInfo } from '@tensorflow/tfjs-core';
import { valuesOf, type WasmKernel } from './kernel.ts';

const stock = getKernel(GreaterEqual, 'wasm')!;

export const greaterEqualKernel: WasmKernel = {
  ...stock,
  kernelFunc: (call) => {
    const { a, b } = call.inputs as Record<'a' | 'b', TensorInfo>;
    if (b.shape.length > 0 || a.dtype !== 'float32' || b.dtype !== 'float32') return stock.kernelFunc(call);
    const backend = call.backend as BackendWasm;
    const output = backend.makeOutput(a.shape, 'bool');
    compare(backend.typedArrayFromHeap(output) as Uint8Array, valuesOf(backend, a), valuesOf(backend, b)[0]!);
    return output;
  },
};

function compare(result: Uint8Array, values: Float32Array, minimum: number): void {
  for (let i = 0; i < result.length; i++) result[i] = Number(values[i]! >= minimum); // branch-free: random values mispredict
}
