// Kernel distance of two sets of features (Bińkowski et al. 2018; over Inception's features it is called KID): the unbiased squared
// maximum mean discrepancy under the kernel (x . y / size + 1)^3, over subsets. It may come out a little below 0.
import { RandomStream } from '../random.ts';
import type { Features } from './features.ts';
import { openProducts } from './products.ts';

export interface Subsets {
  count: number;
  /** Images of each set in each. The published values are 100 and 1000. */
  size: number;
  seed: number;
}

/** Mean over the subsets and its standard deviation over them; 0 for sets of one distribution. */
export function kernelDistanceCubic(
  real: Features,
  fake: Features,
  subsets: Subsets,
): { mean: number; deviation: number } {
  const values = Array.from({ length: subsets.count }, (_, subset) => {
    const [x, y] = [real, fake].map((features, set) => {
      const order = new RandomStream(subsets.seed, `kid/${set}`, subset).permutation(features.count);
      return Array.from(order.subarray(0, subsets.size), (index) => features.read(index, 1));
    }) as [Float32Array[], Float32Array[]];
    const [within, between] = [meanKernel(x, x, false) + meanKernel(y, y, false), meanKernel(x, y, true)];
    return within - 2 * between;
  });
  const mean = values.reduce((sum, value) => sum + value, 0) / values.length;
  const variance = values.reduce((sum, value) => sum + (value - mean) ** 2, 0) / values.length;
  return { mean, deviation: Math.sqrt(variance) };
}

/** The mean kernel value over all pairs, or over all but those of a vector with itself. */
function meanKernel(x: readonly Float32Array[], y: readonly Float32Array[], withDiagonal: boolean): number {
  const [k, count] = [x[0]!.length, x.length];
  const padded = 8 * Math.ceil(count / 8);
  const { a, b, result, run } = openProducts({ k, n: padded, m: padded });
  for (const [column, vector] of x.entries()) for (let i = 0; i < k; i++) a[i * padded + column] = vector[i]!;
  for (const [row, vector] of y.entries()) b.set(vector, row * k);
  run();
  let sum = 0;
  for (let row = 0; row < count; row++) {
    for (let column = 0; column < count; column++) {
      if (withDiagonal || row !== column) sum += (result[row * padded + column]! / k + 1) ** 3;
    }
  }
  return sum / (count * (withDiagonal ? count : count - 1));
}
