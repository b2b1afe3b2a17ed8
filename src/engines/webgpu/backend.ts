// Starts tfjs's WebGPU backend on a Dawn device, outside a browser.
import { WebGPUBackend } from '@tensorflow/tfjs-backend-webgpu';
import { env, findBackendFactory, registerBackend, removeBackend } from '@tensorflow/tfjs-core';
import { type Adapter, type Dawn, requestDevice } from './dawn.ts';

/** WebGPU globals that the backend expects from a browser. */
const browserNames = ['GPUBufferUsage', 'GPUMapMode', 'GPUBuffer', 'GPUTexture'] as const;

/** Registers an adapter's device as tfjs's backend `webgpu`. */
export async function startBackend(dawn: Dawn, adapter: Adapter): Promise<WebGPUBackend> {
  const globals = dawn.globals as Record<string, unknown>;
  for (const name of browserNames) Object.assign(globalThis, { [name]: globals[name] });
  const device = await requestDevice(dawn, adapter);
  const backend = withNavigatorGpu(() => new WebGPUBackend(device, adapter as unknown as GPUAdapterInfo));
  // Otherwise tfjs computes small tensors on the CPU, with other code than training runs.
  env().set('WEBGPU_CPU_FORWARD', false);
  if (findBackendFactory('webgpu')) removeBackend('webgpu'); // another adapter's
  registerBackend('webgpu', () => backend);
  return backend;
}

/** The backend's constructor requires `navigator.gpu`. It is removed again, or tfjs would take Node for a browser. */
function withNavigatorGpu<T>(action: () => T): T {
  const before = Object.getOwnPropertyDescriptor(globalThis, 'navigator');
  Object.defineProperty(globalThis, 'navigator', { value: { gpu: {} }, configurable: true });
  try {
    return action();
  } finally {
    if (before) Object.defineProperty(globalThis, 'navigator', before);
    else Reflect.deleteProperty(globalThis, 'navigator');
  }
}

/** Submits the commands that the backend has batched, which also frees disposed buffers. */
export function flushCommands(backend: WebGPUBackend): void {
  if ((backend as unknown as { commandEncoder: object | null }).commandEncoder === null) return;
  backend.endComputePassEncoder();
  backend.submitQueue();
}
