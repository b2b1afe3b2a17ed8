// Mean and covariance of features, added up as they come: memory is that of the covariance, however many images there are.
import type { Features } from './features.ts';
import type { Work } from './work.ts';

export interface Normal {
  /** [size] */
  mean: Float64Array;
  /** [size, size], with n - 1 below the fraction. */
  covariance: Float64Array;
}

const blockSize = 8; // vectors per pass over the products

/** There should be more images than features; where there are not, the covariance is singular, and still right. */
export async function normalOf(features: Features, { onProgress }: Work): Promise<Normal> {
  const { count, size } = features;
  const shift = Float64Array.from(features.read(0, 1)); // near the mean: squares of large values would lose digits
  const sums = new Float64Array(size);
  const products = new Float64Array(size * size); // its upper half
  for (let first = 0; first < count; first += blockSize) {
    const read = Math.min(blockSize, count - first);
    const block = new Float64Array(blockSize * size); // what is beyond the last vector stays 0
    for (const [i, value] of features.read(first, read).entries()) block[i] = value - shift[i % size]!;
    for (let i = 0; i < block.length; i++) sums[i % size]! += block[i]!;
    addProducts(products, block, size);
    await onProgress(first + read, count);
  }
  const covariance = new Float64Array(size * size);
  for (let i = 0; i < size; i++) {
    for (let j = i; j < size; j++) {
      const value = (products[i * size + j]! - (sums[i]! * sums[j]!) / count) / (count - 1);
      covariance[i * size + j] = value;
      covariance[j * size + i] = value;
    }
  }
  return { mean: shift.map((value, i) => value + sums[i]! / count), covariance };
}

/** products[i, j] += the sum of block[., i] block[., j], for j >= i. */
function addProducts(products: Float64Array, block: Float64Array, size: number): void {
  for (let i = 0; i < size; i++) {
    const [a, b, c, d] = [block[i]!, block[size + i]!, block[2 * size + i]!, block[3 * size + i]!];
    const [e, f, g, h] = [4, 5, 6, 7].map((vector) => block[vector * size + i]!) as [number, number, number, number];
    for (let j = i; j < size; j++) {
      products[i * size + j]! +=
        a * block[j]! +
        b * block[size + j]! +
        c * block[2 * size + j]! +
        d * block[3 * size + j]! +
        e * block[4 * size + j]! +
        f * block[5 * size + j]! +
        g * block[6 * size + j]! +
        h * block[7 * size + j]!;
    }
  }
}
