// Sweeps one dimension of a latent vector at a time through given values.
import type { LatentSource } from './latent-source.ts';

/** z: float32 [size] -> one vector per dimension and value, dimension by dimension. */
export function sweptLatents(z: Float32Array, dimensions: readonly number[], values: readonly number[]): LatentSource {
  function vector(index: number): Float32Array {
    const swept = z.slice();
    swept[dimensions[Math.floor(index / values.length)]!] = values[index % values.length]!;
    return swept;
  }
  function slice(first: number, end: number): Float32Array {
    const vectors = new Float32Array((end - first) * z.length); // [end - first, size]
    for (let i = first; i < end; i++) vectors.set(vector(i), (i - first) * z.length);
    return vectors;
  }
  return { count: dimensions.length * values.length, slice };
}

/** `count` values from -range to range, evenly spaced. */
export function evenly(range: number, count: number): number[] {
  return Array.from({ length: count }, (_, i) => range * ((2 * i) / (count - 1) - 1));
}
