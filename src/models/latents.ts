// Draws latent vectors. A sample seed gives the same vector on every engine and machine.
import type { GeneratorConfig } from '../config/config.ts';
import { RandomStream } from '../random.ts';

type Latent = GeneratorConfig['latent'];

/** float32 [count, size], drawn in order from a stream. */
export function drawLatents({ size, distribution }: Latent, count: number, stream: RandomStream): Float32Array {
  return distribution === 'normal' ? stream.normals(count * size) : stream.uniforms(count * size, -1, 1);
}

/** One latent vector per sample seed, float32 [seeds.length, size]. */
export function latentsOfSeeds(latent: Latent, seeds: readonly number[]): Float32Array {
  const values = new Float32Array(seeds.length * latent.size);
  seeds.forEach((seed, index) => {
    values.set(drawLatents(latent, 1, new RandomStream(seed, 'sample')), index * latent.size);
  });
  return values;
}

/** Values lie in +- this range: nearly all normal ones, all uniform ones. */
export function typicalRange({ distribution }: Latent): number {
  return distribution === 'normal' ? 3 : 1;
}
