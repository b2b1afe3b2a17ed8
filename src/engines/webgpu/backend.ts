// tfjs's WebGPU backend over a device of Dawn's, outside of a browser.
import { WebGPUBackend } from '@tensorflow/tfjs-backend-webgpu';
import { env, findBackendFactory, registerBackend, removeBackend } from '@tensorflow/tfjs-core';
import { type Adapter, type Dawn, requestDevice } from './dawn.ts';

/** The names of WebGPU that the backend expects a browser to give it. */
const browserNames = ['GPUBufferUsage', 'GPUMapMode', 'GPUBuffer', 'GPUTexture'] as const;

/** Makes an adapter's device what tfjs calls `webgpu`. */
export async function startBackend(dawn: Dawn, adapter: Adapter): Promise<WebGPUBackend> {
  const globals = dawn.globals as Record<string, unknown>;
  for (const name of browserNames) Object.assign(globalThis, { [name]: globals[name] });
  const device = await requestDevice(dawn, adapter);
  const backend = whereNavigatorHasGpu(() => new WebGPUBackend(device, adapter as unknown as GPUAdapterInfo));
  // Small tensors that are still on the host would be computed there by other code than what training runs.
  env().set('WEBGPU_CPU_FORWARD', false);
  if (findBackendFactory('webgpu')) removeBackend('webgpu'); // of another adapter
  registerBackend('webgpu', () => backend);
  return backend;
}

/** The backend's constructor wants to see `navigator.gpu`; nothing else should: tfjs would take this for a browser. */
function whereNavigatorHasGpu<T>(act: () => T): T {
  const before = Object.getOwnPropertyDescriptor(globalThis, 'navigator');
  Object.defineProperty(globalThis, 'navigator', { value: { gpu: {} }, configurable: true });
  try {
    return act();
  } finally {
    if (before) Object.defineProperty(globalThis, 'navigator', before);
    else Reflect.deleteProperty(globalThis, 'navigator');
  }
}

/** Gives the device what the backend has collected, so that it begins, and buffers that were let go of are free again. */
export function submitCollected(backend: WebGPUBackend): void {
  if ((backend as unknown as { commandEncoder: object | null }).commandEncoder === null) return;
  backend.endComputePassEncoder();
  backend.submitQueue();
}
