// The engine's part of a health probe: images of fixed latents, and the norms of both networks' mean gradients.
import { add, sqrt, square, stack, sum, type Tensor } from '@tensorflow/tfjs-core';
import type { Config } from '../../config/config.ts';
import type { ProgramFunction, Tensors } from '../../engines/engine.ts';
import type { Network } from '../../models/network.ts';
import type { Networks } from '../../models/networks.ts';
import { samplerFunction } from '../../models/sampler.ts';
import { firstMomentsOf } from '../optimizer.ts';

const maxImages = 16;

/** Number of images to compare; at most that of the real ones, or else a perfect generator would have to repeat some. */
export function healthProbeImages(images: number): number {
  return Math.min(maxImages, images);
}

/** Gives images [count, h, w, c] of the generator's current weights, not averaged, and the norms [2] of both Adams' first moments. */
export function healthProbeFunction(
  config: Config,
  { generator, discriminator }: Networks,
  count: number,
): ProgramFunction {
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
