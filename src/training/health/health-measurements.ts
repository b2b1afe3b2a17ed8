// What a look at a running training computes: images of fixed latents, and how large the gradients are.
import { add, sqrt, square, stack, sum, type Tensor } from '@tensorflow/tfjs-core';
import type { Config } from '../../config/config.ts';
import type { ProgramFunction, Tensors } from '../../engines/engine.ts';
import type { Network } from '../../models/network.ts';
import type { Networks } from '../../models/networks.ts';
import { samplerFunction } from '../../models/sampler.ts';
import { firstMomentsOf } from '../optimizer.ts';

const mostImages = 16;

/** How many images are compared; no more than there are real ones, since a generator that knows them all must repeat some. */
export function vitalsImages(images: number): number {
  return Math.min(mostImages, images);
}

/** Images of the generator as it is, not averaged, [count, h, w, c], and the norms of both Adams' first moments, [2]. */
export function vitalsFunction(config: Config, { generator, discriminator }: Networks, count: number): ProgramFunction {
  const { ema: _ema, ...training } = config.training;
  const sampler = samplerFunction({ ...config, training }, generator, count);
  return {
    feeds: sampler.feeds,
    skipTuning: true,
    body(variables, feeds) {
      const norms = stack([generator, discriminator].map((network) => momentNorm(network, variables)));
      return { outputs: { ...sampler.body(variables, feeds).outputs, norms } };
    },
  };
}

function momentNorm(network: Network, variables: Tensors): Tensor {
  return sqrt(
    firstMomentsOf(network)
      .map((name) => sum(square(variables[name]!)))
      .reduce((a, b) => add(a, b)),
  );
}
