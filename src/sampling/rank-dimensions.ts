// Which latent dimensions change an image most.

import { meanDifference } from '../pictures/mean-difference.ts';
import { makeImages, type SamplingIo, type SamplingOptions } from './sampling.ts';
import { sweptLatents } from './swept-latents.ts';
import type { TrainedGenerator } from './trained-generator.ts';

export interface RankedDimension {
  dimension: number;
  /** Of the image between both ends of the dimension's sweep, a mean over pixels and channels in 0..255. */
  change: number;
}

/** All latent dimensions, each swept from -range to range, the largest change first. z: float32 [size] */
export async function rankDimensions(
  generator: TrainedGenerator,
  z: Float32Array,
  range: number,
  options: Pick<SamplingOptions, 'engine'>,
  io: SamplingIo,
): Promise<RankedDimension[]> {
  const ends = sweptLatents(z, Array.from(z.keys()), [-range, range]);
  const changes: number[] = [];
  let lowest: Uint8Array | undefined;
  for await (const { images } of makeImages(generator, ends, options, io)) {
    const size = images.height * images.width * images.channels;
    for (let at = 0; at < images.pixels.length; at += size) {
      const image = images.pixels.subarray(at, at + size);
      if (lowest) changes.push(meanDifference(lowest, image, images.channels));
      lowest = lowest ? undefined : image;
    }
  }
  return changes.map((change, dimension) => ({ dimension, change })).sort((a, b) => b.change - a.change);
}
