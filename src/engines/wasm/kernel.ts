// The type of our WASM kernels, and their access to tensor memory.
import type { BackendWasm } from '@tensorflow/tfjs-backend-wasm';
import type { KernelConfig, TensorInfo } from '@tensorflow/tfjs-core';

export type WasmKernel = Omit<KernelConfig, 'backendName'>;

/** Allocates a float32 tensor in the WASM heap, uninitialised. */
export function makeOutput(backend: unknown, shape: number[]): TensorInfo {
  return (backend as BackendWasm).makeOutput(shape, 'float32');
}

/** A view of a float32 tensor's memory. The next allocation may invalidate it: allocate outputs first. */
export function valuesOf(backend: unknown, tensor: TensorInfo): Float32Array {
  return (backend as BackendWasm).typedArrayFromHeap(tensor) as Float32Array;
}
