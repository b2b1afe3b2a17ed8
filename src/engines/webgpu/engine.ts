// The engine for any GPU with npm alone: tfjs's WebGPU backend on Dawn. Tried on SwiftShader only; on GPUs it is unmeasured.
import { createRequire } from 'node:module';
import { memory, setBackend } from '@tensorflow/tfjs-core';
import { compileEagerly, type Pace } from '../eager.ts';
import type { Engine } from '../engine.ts';
import { registerOps } from '../ops/register.ts';
import { startBackend, submitCollected } from './backend.ts';
import type { Adapter, Dawn } from './dawn.ts';
import { watchDevice } from './failures.ts';
import { webgpuKernels } from './kernels.ts';

let started: { name: string; pace: Promise<Pace> } | undefined;

/** The engine on one adapter. Opened again, it shares the device, unless that has failed. */
export async function openWebgpu(dawn: Dawn, adapter: Adapter): Promise<Engine> {
  if (started?.name !== adapter.name) started = { name: adapter.name, pace: start(dawn, adapter) };
  const pace = await started.pace;
  await setBackend('webgpu'); // another engine may have been opened since
  return {
    info: {
      name: 'webgpu',
      device: `${adapter.name} (${adapter.api}, ${adapter.driver})`,
      library: `TensorFlow.js WebGPU ${versionOf('@tensorflow/tfjs-backend-webgpu')} on Dawn ${versionOf('webgpu')}`,
      gpu: !adapter.software,
      precisions: ['float32'],
      autoPrecision: 'float32',
    },
    compile: async (program) => compileEagerly(program, pace),
    liveTensors: () => memory().numTensors,
  };
}

async function start(dawn: Dawn, adapter: Adapter): Promise<Pace> {
  const backend = await startBackend(dawn, adapter);
  const mine = started;
  registerOps('webgpu', webgpuKernels);
  return watchDevice(backend.device, adapter.name, {
    submit: () => submitCollected(backend),
    onFailure: () => {
      if (started === mine) started = undefined; // opened again, the engine gets a new device
    },
  });
}

function versionOf(name: string): string {
  return (createRequire(import.meta.url)(`${name}/package.json`) as { version: string }).version;
}
