// Kernel distance of two sets of features (Bińkowski et al. 2018; called KID with Inception's features): the unbiased squared maximum
// mean discrepancy under the kernel (x . y / size + 1)^3, averaged over subsets. It can be slightly negative.
import { RandomStream } from '../../random.ts';
import { openProducts, type Products } from '../../wasm/products.ts';
import type { Features } from './features.ts';
import { part, type Work } from './work.ts';

export interface Subsets {
  count: number;
  /** Images of each set per subset. */
  size: number;
  seed: number;
}

/** 100 subsets of 1,000, as published; for at most 1,000 images one subset of all. */
export function publishedSubsets(images: number, seed: number): Subsets {
  return images <= 1000 ? { count: 1, size: images, seed } : { count: 100, size: 1000, seed };
}

/** Mean and standard deviation over the subsets; the mean is about 0 for sets of the same distribution. */
export async function kernelDistanceCubic(
  real: Features,
  fake: Features,
  subsets: Subsets,
  work: Work,
): Promise<{ mean: number; deviation: number }> {
  const kernel = openKernel(real.size, subsets.size);
  const values: number[] = [];
  for (let subset = 0; subset < subsets.count; subset++) {
    const [x, y] = [real, fake].map((features, set) => {
      const order = new RandomStream(subsets.seed, `kid/${set}`, subset).permutation(features.count);
      return Array.from(order.subarray(0, subsets.size), (index) => features.read(index, 1));
    }) as [Float32Array[], Float32Array[]];
    const own = part(work, subset, subsets.count);
    const within =
      (await kernel.mean(x, x, false, part(own, 0, 3))) + (await kernel.mean(y, y, false, part(own, 1, 3)));
    values.push(within - 2 * (await kernel.mean(x, y, true, part(own, 2, 3))));
  }
  const mean = values.reduce((sum, value) => sum + value, 0) / values.length;
  const variance = values.reduce((sum, value) => sum + (value - mean) ** 2, 0) / values.length;
  return { mean, deviation: Math.sqrt(variance) };
}

const blockSize = 128;

/** Mean kernel values of sets of `count` vectors of length k, block by block. */
function openKernel(k: number, count: number) {
  const products = openProducts({ k, n: blockSize, m: blockSize });
  return {
    /** Over all pairs, or over all except those of a vector with itself. */
    async mean(
      x: readonly Float32Array[],
      y: readonly Float32Array[],
      withDiagonal: boolean,
      { onProgress }: Work,
    ): Promise<number> {
      let sum = 0;
      for (let column = 0; column < count; column += blockSize) {
        const columns = x.slice(column, column + blockSize);
        for (const [i, vector] of columns.entries()) {
          for (let j = 0; j < k; j++) products.a[j * blockSize + i] = vector[j]!;
        }
        for (let row = 0; row < count; row += blockSize) {
          const rows = y.slice(row, row + blockSize);
          sum += sumOfBlock(products, k, rows, columns.length, !withDiagonal && row === column);
        }
        await onProgress(column + columns.length, count);
      }
      return sum / (count * (withDiagonal ? count : count - 1));
    },
  };
}

function sumOfBlock(
  { b, result, run }: Products,
  k: number,
  rows: readonly Float32Array[],
  columnCount: number,
  withoutDiagonal: boolean,
): number {
  for (const [row, vector] of rows.entries()) b.set(vector, row * k);
  run();
  let sum = 0;
  for (let row = 0; row < rows.length; row++) {
    for (let column = 0; column < columnCount; column++) {
      if (withoutDiagonal && row === column) continue;
      const base = result[row * blockSize + column]! / k + 1;
      sum += base * base * base;
    }
  }
  return sum;
}
