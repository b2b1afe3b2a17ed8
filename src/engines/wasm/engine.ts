// The wasm engine, which needs nothing but npm: tfjs's WASM backend with threads and our kernels.
import { createRequire } from 'node:module';
import { memory, setBackend } from '@tensorflow/tfjs-core';
import { compileEagerly } from '../eager.ts';
import type { Engine } from '../engine.ts';
import { registerOps } from '../ops/register.ts';
import { wasmKernels } from './kernels.ts';
import { startWasm } from './threads.ts';

export async function openWasm(): Promise<Engine> {
  const { threads, reason } = await startWasm();
  registerOps('wasm', wasmKernels);
  await setBackend('wasm'); // another engine may have been opened since
  const { version } = createRequire(import.meta.url)('@tensorflow/tfjs-backend-wasm/package.json') as {
    version: string;
  };
  return {
    info: {
      name: 'wasm',
      device: `CPU, WebAssembly${reason ? ` (${reason})` : ''}`,
      library: `TensorFlow.js WASM ${version}`,
      threads,
      gpu: false,
      precisions: ['float32'],
      autoPrecision: 'float32',
    },
    compile: async (program) => compileEagerly(program),
    liveTensors: () => memory().numTensors,
  };
}
