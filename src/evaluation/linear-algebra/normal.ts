// Mean and covariance of features, added up as they come: memory is that of the covariance, however many images there are.

import { maxTerms, openProductSum, tileSide } from '../../wasm/product-sum.ts';
import type { Features } from '../metrics/features.ts';
import type { Work } from '../metrics/work.ts';

/** Of `size` values: the features', and up to 3 more that are always 0. */
export interface Normal {
  size: number;
  /** [size] */
  mean: Float64Array;
  /** [size, size], with n - 1 below the fraction. */
  covariance: Float64Array;
}

/** There should be more images than features; where there are not, the covariance is singular, and still right. */
export async function normalOf(features: Features, { onProgress }: Work): Promise<Normal> {
  const { count } = features;
  const size = Math.ceil(features.size / tileSide) * tileSide;
  const shift = new Float64Array(size); // near the mean: squares of large values would lose digits
  shift.set(features.read(0, 1));
  const sums = new Float64Array(size);
  const { total: covariance, add } = openProductSum(size, size, { symmetric: true });
  const values = new Float64Array(maxTerms * size);
  for (let first = 0; first < count; first += maxTerms) {
    const read = Math.min(maxTerms, count - first);
    const block = features.read(first, read);
    for (let image = 0; image < read; image++) {
      for (let i = 0; i < features.size; i++) {
        const value = block[image * features.size + i]! - shift[i]!;
        values[image * size + i] = value;
        sums[i]! += value;
      }
    }
    const terms = { values, first: 0, count: read, termStep: size, indexStep: 1 };
    add(terms, terms);
    await onProgress(first + read, count);
  }
  for (let i = 0; i < size; i++) {
    for (let j = i; j < size; j++) {
      const value = (covariance[i * size + j]! - (sums[i]! * sums[j]!) / count) / (count - 1);
      covariance[i * size + j] = value;
      covariance[j * size + i] = value;
    }
  }
  return { size, mean: shift.map((value, i) => value + sums[i]! / count), covariance };
}
