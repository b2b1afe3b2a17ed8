// x >= number, the heart of a dropout mask, as a plain loop: tfjs's own looks up where each value is broadcast from.
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

function compare(to: Uint8Array, values: Float32Array, least: number): void {
  for (let i = 0; i < to.length; i++) to[i] = Number(values[i]! >= least); // without a branch, which random values mispredict
}
