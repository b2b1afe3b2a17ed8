// Ranks latent dimensions by how much they change an image.

import { meanDifference } from '../pictures/mean-difference.ts';
import { makeImages, type SamplingIo, type SamplingOptions } from './sampling.ts';
import { sweptLatents } from './swept-latents.ts';
import type { TrainedGenerator } from './trained-generator.ts';

export interface RankedDimension {
  dimension: number;
  /** Mean absolute difference of the images at both ends of the sweep, over pixels and channels in 0..255. */
  change: number;
}

/** Sweeps every dimension of z, float32 [size], from -range to range; largest change first. */
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
