// The generator in inference mode, as a program of its own or as one function of a training program.
import type { Scalar } from '@tensorflow/tfjs-core';
import type { Feeds, Program, ProgramFunction } from '../engines/engine.ts';
import { applyNetwork, type Network, parametersOf } from './network.ts';

/** latents [count, size] -> images [count, height, width, channels] in the config's value range. */
export function samplerFunction(generator: Network, count: number): ProgramFunction {
  return {
    feeds: {
      latents: { shape: [count, ...generator.input], dtype: 'float32' },
      trainedPasses: { shape: [], dtype: 'float32' },
    },
    body(variables, feeds) {
      const pass = { variables, training: false, trainedPasses: feeds['trainedPasses'] as Scalar };
      return { outputs: { images: applyNetwork(generator, feeds['latents']!, pass).y } };
    },
  };
}

/** `trainedPasses` is how often the generator has run in training; 0 (untrained) leaves its statistics as they are. */
export function samplerFeeds(latents: Float32Array, trainedPasses: number): Feeds {
  return { latents, trainedPasses: Float32Array.of(trainedPasses || Number.POSITIVE_INFINITY) };
}

export function samplerProgram(generator: Network, count: number): Program {
  return {
    variables: Object.fromEntries(parametersOf(generator).map(({ name, shape }) => [name, shape])),
    functions: { sample: samplerFunction(generator, count) },
  };
}
