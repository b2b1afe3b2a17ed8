// Checks the composed operations on tfjs's CPU backend, which has no kernels of ours.
import { describe, test } from 'node:test';
import { memory } from '@tensorflow/tfjs-core';
import { compileEagerly } from '../../../src/engines/eager.ts';
import type { Engine } from '../../../src/engines/engine.ts';
import { useCpuBackend } from '../../helpers/cpu-backend.ts';
import { adamTests } from '../contract/adam.ts';
import { crossEntropyTests } from '../contract/cross-entropy.ts';
import { layerTests } from '../contract/layers.ts';
import { secondOrderTests } from '../contract/second-order.ts';
import { spectralNormTests } from '../contract/spectral-norm.ts';

const composed: Engine = {
  info: {
    name: 'wasm',
    device: 'CPU',
    library: 'tfjs cpu',
    threads: 1,
    gpu: false,
    precisions: ['float32'],
    autoPrecision: 'float32',
  },
  compile: async (program) => compileEagerly(program),
  liveTensors: () => memory().numTensors,
};

describe('composed operations', () => {
  for (const { name, run } of [
    ...layerTests,
    ...spectralNormTests,
    ...secondOrderTests,
    ...crossEntropyTests,
    ...adamTests,
  ]) {
    test(name, async () => {
      await useCpuBackend();
      await run(composed);
    });
  }
});
