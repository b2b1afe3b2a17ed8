// Sampling from the generator, as a program of its own or as a function of a training program.
import type { Scalar } from '@tensorflow/tfjs-core';
import type { Config } from '../config/config.ts';
import type { Feeds, Program, ProgramFunction } from '../engines/engine.ts';
import { averagedGenerator } from './average.ts';
import { applyNetwork, type Network, parametersOf } from './network.ts';

/** latents [count, size] -> images [count, h, w, c] in data.range, with averaged weights if the config has them. */
export function samplerFunction({ training, outputs }: Config, generator: Network, count: number): ProgramFunction {
  return {
    feeds: {
      latents: { shape: [count, ...generator.input], dtype: 'float32' },
      trainedPasses: { shape: [], dtype: 'float32' },
    },
    body(variables, feeds) {
      const { y } = applyNetwork(generator, feeds['latents']!, {
        variables: training.ema ? { ...variables, ...averagedGenerator(generator, variables) } : variables,
        training: outputs.grid.batchNorm === 'batch',
        trainedPasses: feeds['trainedPasses'] as Scalar,
      });
      return { outputs: { images: y } };
    },
  };
}

/** `trainedPasses`: the generator's training passes so far; 0 uses its batch-norm statistics as they are. */
export function samplerFeeds(latents: Float32Array, trainedPasses: number): Feeds {
  return { latents, trainedPasses: Float32Array.of(trainedPasses || Number.POSITIVE_INFINITY) };
}

/** The generator alone. It has no averages: write averaged weights to its variables, if there are any. */
export function samplerProgram(config: Config, generator: Network, count: number): Program {
  const { ema: _ema, ...training } = config.training;
  return {
    variables: Object.fromEntries(parametersOf(generator).map(({ name, shape }) => [name, shape])),
    functions: { sample: samplerFunction({ ...config, training }, generator, count) },
  };
}
