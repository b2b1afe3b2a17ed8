// The generator as it is sampled: a program of its own, or one function of a training program.
import type { Scalar } from '@tensorflow/tfjs-core';
import type { Config } from '../config/config.ts';
import type { Feeds, Program, ProgramFunction } from '../engines/engine.ts';
import { asGenerator } from './average.ts';
import { applyNetwork, type Network, parametersOf } from './network.ts';

/** latents [count, size] -> images [count, height, width, channels] in the config's value range; averaged weights if there are any. */
export function samplerFunction({ training, outputs }: Config, generator: Network, count: number): ProgramFunction {
  return {
    feeds: {
      latents: { shape: [count, ...generator.input], dtype: 'float32' },
      trainedPasses: { shape: [], dtype: 'float32' },
    },
    body(variables, feeds) {
      const { y } = applyNetwork(generator, feeds['latents']!, {
        variables: training.ema ? { ...variables, ...asGenerator(generator, variables) } : variables,
        training: outputs.grid.batchNorm === 'batch',
        trainedPasses: feeds['trainedPasses'] as Scalar,
      });
      return { outputs: { images: y } };
    },
  };
}

/** `trainedPasses` is how often the generator has run in training; 0 (untrained) leaves its statistics as they are. */
export function samplerFeeds(latents: Float32Array, trainedPasses: number): Feeds {
  return { latents, trainedPasses: Float32Array.of(trainedPasses || Number.POSITIVE_INFINITY) };
}

/** The generator alone, under its own names: write it the averaged weights where there are any. */
export function samplerProgram(config: Config, generator: Network, count: number): Program {
  const { ema: _ema, ...training } = config.training;
  return {
    variables: Object.fromEntries(parametersOf(generator).map(({ name, shape }) => [name, shape])),
    functions: { sample: samplerFunction({ ...config, training }, generator, count) },
  };
}
