// Which latent dimensions are seen most in the images: those that get a slider.

import { elementCount } from '../../engines/feeds.ts';
import { openEngine } from '../../engines/open.ts';
import { latentsOfSeeds } from '../../models/latents.ts';
import { samplerFeeds, samplerProgram } from '../../models/sampler.ts';
import type { TrainedGenerator } from '../../models/trained-generator.ts';

const seeds = [0, 1];
const reach = 1; // how far a dimension is moved to either side: a standard deviation, or the edge of a uniform distribution

/** Dimensions of the latent vector by how much the images of two seeds change with them, most first. */
export async function dimensionsByVisibility(generator: TrainedGenerator): Promise<number[]> {
  const { config, network, weights, passes } = generator;
  const { size } = config.generator.latent;
  const { engine } = await openEngine('wasm'); // the same order on every machine
  const pairs = seeds.length * 2;
  const compiled = await engine.compile(samplerProgram(config, network, pairs), { precision: 'float32' });
  await compiled.write(weights);
  const changes: number[] = [];
  for (let dimension = 0; dimension < size; dimension++) {
    const latents = latentsOfSeeds(
      config.generator.latent,
      seeds.flatMap((seed) => [seed, seed]),
    ); // [pairs, size]
    for (let i = 0; i < pairs; i++) latents[i * size + dimension] = i % 2 === 0 ? -reach : reach;
    const { images } = await compiled.run('sample', samplerFeeds(latents, passes));
    changes.push(changeWithinPairs(images!, elementCount(network.output)));
  }
  compiled.dispose();
  return changes.map((_, dimension) => dimension).sort((a, b) => changes[b]! - changes[a]!);
}

/** Sum of |a - b| over the pairs of images that follow each other. */
function changeWithinPairs(images: Float32Array, imageSize: number): number {
  let change = 0;
  for (let first = 0; first < images.length; first += 2 * imageSize) {
    for (let i = 0; i < imageSize; i++) change += Math.abs(images[first + i]! - images[first + imageSize + i]!);
  }
  return change;
}
