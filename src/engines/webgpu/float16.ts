// The precision mixed_float16: while a function of such a program runs, convolutions, their gradients and matrix products take float16.
import type { WebGPUBackend } from '@tensorflow/tfjs-backend-webgpu';
import type { TensorInfo } from '@tensorflow/tfjs-core';
import { type Half, toHalf } from './halves.ts';

/** What the running function has converted, by what holds a tensor's values. Undefined: it computes in float32. */
let converted: Map<object, Half> | undefined;

/** Runs a function in mixed_float16. */
export function inFloat16<T>(backend: WebGPUBackend, act: () => T): T {
  converted = new Map();
  try {
    return act();
  } finally {
    for (const { values, unit } of converted.values()) {
      backend.disposeData(values.dataId);
      backend.disposeData(unit.dataId);
    }
    converted = undefined;
  }
}

export function computesInFloat16(): boolean {
  return converted !== undefined;
}

/** A tensor's values in float16, converted once per run: most are read by a convolution and by its gradients. */
export function halfOf(backend: unknown, tensor: TensorInfo): Half {
  const half = converted!.get(tensor.dataId) ?? toHalf(backend, tensor);
  converted!.set(tensor.dataId, half);
  return half;
}
