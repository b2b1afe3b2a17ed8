// Which latent dimensions are seen most in the images: those that get a slider.
import { elementCount } from '../../engines/feeds.ts';
import { type EngineChoice, openEngine } from '../../engines/open.ts';
import { latentsOfSeeds } from '../../models/latents.ts';
import { samplerFeeds, samplerProgram } from '../../models/sampler.ts';
import type { TrainedGenerator } from '../../models/trained-generator.ts';

const seeds = [0, 1];
const perCall = 16; // images: the seed's own, and 15 with one dimension moved

/** Dimensions of the latent vector by how much the images of two seeds change when one is moved by 1, most first. */
export async function dimensionsByVisibility(
  generator: TrainedGenerator,
  choice: EngineChoice = { engine: 'auto' },
): Promise<number[]> {
  const { config, network, weights, passes } = generator;
  const { latent } = config.generator;
  const { engine } = await openEngine(choice.engine, choice.device);
  const compiled = await engine.compile(samplerProgram(config, network, perCall), { precision: 'float32' });
  await compiled.write(weights);
  const changes = new Float64Array(latent.size);
  for (const seed of seeds) {
    for (let first = 0; first < latent.size; first += perCall - 1) {
      const latents = latentsOfSeeds(latent, Array<number>(perCall).fill(seed)); // [perCall, size]
      const dimensions = Array.from({ length: Math.min(perCall - 1, latent.size - first) }, (_, i) => first + i);
      for (const [i, dimension] of dimensions.entries()) move(latents, (i + 1) * latent.size + dimension);
      const { images } = await compiled.run('sample', samplerFeeds(latents, passes));
      for (const [i, dimension] of dimensions.entries()) {
        changes[dimension]! += differenceToFirst(images!, i + 1, elementCount(network.output));
      }
    }
  }
  compiled.dispose();
  return Array.from(changes.keys()).sort((a, b) => changes[b]! - changes[a]!);
}

/** By 1 towards 0 or beyond it, which stays where latents lie. */
function move(latents: Float32Array, index: number): void {
  latents[index]! += latents[index]! > 0 ? -1 : 1;
}

/** Sum of |a - b| over the pixels of an image and of the first one. */
function differenceToFirst(images: Float32Array, index: number, imageSize: number): number {
  let sum = 0;
  for (let i = 0; i < imageSize; i++) sum += Math.abs(images[index * imageSize + i]! - images[i]!);
  return sum;
}
