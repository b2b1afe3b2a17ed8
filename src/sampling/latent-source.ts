// A sequence of latent vectors: drawn from seeds on demand, or given.
import type { GeneratorConfig } from '../config/config.ts';
import { latentsOfSeeds } from '../models/latents.ts';

export interface LatentSource {
  count: number;
  /** Absent if the vectors themselves were given. */
  seeds?: readonly number[];
  /** Vectors `first` to `end` - 1, float32 [end - first, size]. */
  slice(first: number, end: number): Float32Array;
}

/** One vector per seed. */
export function seededLatents(latent: GeneratorConfig['latent'], seeds: readonly number[]): LatentSource {
  return { count: seeds.length, seeds, slice: (first, end) => latentsOfSeeds(latent, seeds.slice(first, end)) };
}

/** values: float32 [count, size]. */
export function givenLatents(values: Float32Array, size: number): LatentSource {
  return { count: values.length / size, slice: (first, end) => values.subarray(first * size, end * size) };
}
