// The webgpu engine: tfjs's WebGPU backend on Dawn, for any GPU with npm alone. Tested on software adapters; its speed on GPUs is unmeasured.
import type { WebGPUBackend } from '@tensorflow/tfjs-backend-webgpu';
import { memory, setBackend } from '@tensorflow/tfjs-core';
import { pinnedVersion } from '../../system/package-directory.ts';
import { type BackendQueue, compileEagerly } from '../eager.ts';
import type { Engine, Precision } from '../engine.ts';
import { registerOps } from '../ops/register.ts';
import { flushCommands, startBackend } from './backend.ts';
import { type Adapter, type Dawn, dawnPackage } from './dawn.ts';
import { watchDevice } from './failures.ts';
import { webgpuKernels } from './kernels.ts';
import { inFloat16 } from './mixed-float16.ts';

interface Started {
  backend: WebGPUBackend;
  queue: BackendQueue;
}

let started: { name: string; device: Promise<Started> } | undefined;

/** Opens the engine on one adapter. A second call shares the device, unless that has failed. */
export async function openWebgpu(dawn: Dawn, adapter: Adapter): Promise<Engine> {
  if (started?.name !== adapter.name) started = { name: adapter.name, device: start(dawn, adapter) };
  const device = await started.device;
  await setBackend('webgpu'); // another engine may have been opened since
  return {
    info: {
      name: 'webgpu',
      device: `${adapter.name} (${adapter.api}, ${adapter.driver})`,
      library: `TensorFlow.js WebGPU ${pinnedVersion('@tensorflow/tfjs-backend-webgpu')} on Dawn ${dawnPackage.version}`,
      gpu: !adapter.software,
      precisions: adapter.float16 ? ['float32', 'mixed_float16'] : ['float32'],
      autoPrecision: 'float32', // whether float16 is faster on a GPU has not been measured
    },
    compile: async (program, { precision }) => compileEagerly(program, queueFor(device, precision)),
    liveTensors: () => memory().numTensors,
  };
}

function queueFor({ backend, queue }: Started, precision: Precision): BackendQueue {
  if (precision !== 'mixed_float16') return queue;
  return { ...queue, submit: (call) => queue.submit(() => inFloat16(backend, call)) };
}

async function start(dawn: Dawn, adapter: Adapter): Promise<Started> {
  const backend = await startBackend(dawn, adapter);
  const own = started;
  registerOps('webgpu', webgpuKernels);
  const queue = watchDevice(backend.device, adapter.name, {
    flush: () => flushCommands(backend),
    onFailure: () => {
      if (started === own) started = undefined; // the next openWebgpu requests a new device
    },
  });
  return { backend, queue };
}
