// The engine for any GPU with npm alone: tfjs's WebGPU backend on Dawn. Tried on programs that stand in for one; on GPUs it is unmeasured.
import type { WebGPUBackend } from '@tensorflow/tfjs-backend-webgpu';
import { memory, setBackend } from '@tensorflow/tfjs-core';
import { pinnedVersion } from '../../system/package-directory.ts';
import { compileEagerly, type Pace } from '../eager.ts';
import type { Engine, Precision } from '../engine.ts';
import { registerOps } from '../ops/register.ts';
import { startBackend, submitCollected } from './backend.ts';
import { type Adapter, type Dawn, dawnPackage } from './dawn.ts';
import { watchDevice } from './failures.ts';
import { inFloat16 } from './float16.ts';
import { webgpuKernels } from './kernels.ts';

interface Started {
  backend: WebGPUBackend;
  pace: Pace;
}

let started: { name: string; device: Promise<Started> } | undefined;

/** The engine on one adapter. Opened again, it shares the device, unless that has failed. */
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
    compile: async (program, { precision }) => compileEagerly(program, paceOf(device, precision)),
    liveTensors: () => memory().numTensors,
  };
}

function paceOf({ backend, pace }: Started, precision: Precision): Pace {
  if (precision !== 'mixed_float16') return pace;
  return { ...pace, calling: (act) => pace.calling(() => inFloat16(backend, act)) };
}

async function start(dawn: Dawn, adapter: Adapter): Promise<Started> {
  const backend = await startBackend(dawn, adapter);
  const mine = started;
  registerOps('webgpu', webgpuKernels);
  const pace = watchDevice(backend.device, adapter.name, {
    submit: () => submitCollected(backend),
    onFailure: () => {
      if (started === mine) started = undefined; // opened again, the engine gets a new device
    },
  });
  return { backend, pace };
}
