// The generator in inference mode, as a program of its own or as one function of a training program.
import type { Program, ProgramFunction } from '../engines/engine.ts';
import { applyNetwork, type Network, parametersOf } from './network.ts';

/** latents [count, size] -> images [count, height, width, channels] in the config's value range. */
export function samplerFunction(generator: Network, count: number): ProgramFunction {
  return {
    feeds: { latents: { shape: [count, ...generator.input], dtype: 'float32' } },
    body: (variables, feeds) => ({
      outputs: { images: applyNetwork(generator, feeds['latents']!, { variables, training: false }).y },
    }),
  };
}

export function samplerProgram(generator: Network, count: number): Program {
  return {
    variables: Object.fromEntries(parametersOf(generator).map(({ name, shape }) => [name, shape])),
    functions: { sample: samplerFunction(generator, count) },
  };
}
