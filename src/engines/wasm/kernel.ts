// What a kernel of ours for the WASM backend is, and how it reaches its tensors' memory where no op fits.
import type { BackendWasm } from '@tensorflow/tfjs-backend-wasm';
import type { KernelConfig, TensorInfo } from '@tensorflow/tfjs-core';

export type WasmKernel = Omit<KernelConfig, 'backendName'>;

/** A new float32 tensor in the WASM heap, not yet filled. */
export function makeOutput(backend: unknown, shape: number[]): TensorInfo {
  return (backend as BackendWasm).makeOutput(shape, 'float32');
}

/** A float32 tensor's values in place. The view ends with the next allocation: make outputs first, then take views. */
export function valuesOf(backend: unknown, tensor: TensorInfo): Float32Array {
  return (backend as BackendWasm).typedArrayFromHeap(tensor) as Float32Array;
}
