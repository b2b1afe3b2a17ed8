// The precision mixed_float16: while a function runs, convolutions, their gradients and matrix products read operands in float16.
import type { WebGPUBackend } from '@tensorflow/tfjs-backend-webgpu';
import type { TensorInfo } from '@tensorflow/tfjs-core';
import { type Float16Tensor, toFloat16 } from './float16-tensors.ts';

/** Tensors converted by the running function, by data id. Undefined while float32 is computed. */
let converted: Map<object, Float16Tensor> | undefined;

/** Runs a function in mixed_float16. */
export function inFloat16<T>(backend: WebGPUBackend, run: () => T): T {
  converted = new Map();
  try {
    return run();
  } finally {
    for (const { values, scale } of converted.values()) {
      backend.disposeData(values.dataId);
      backend.disposeData(scale.dataId);
    }
    converted = undefined;
  }
}

export function computesInFloat16(): boolean {
  return converted !== undefined;
}

/** A tensor in float16, converted once per run, since most are read by a convolution and by its gradients. */
export function float16Of(backend: unknown, tensor: TensorInfo): Float16Tensor {
  const known = converted!.get(tensor.dataId) ?? toFloat16(backend, tensor);
  converted!.set(tensor.dataId, known);
  return known;
}
