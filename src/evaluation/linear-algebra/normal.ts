// Mean and covariance of features, accumulated in a single pass, so that memory does not grow with the number of images.

import { maxTerms, openProductSum, tileSide } from '../../wasm/product-sum.ts';
import type { Features } from '../metrics/features.ts';
import type { Work } from '../metrics/work.ts';

/** `size` is the number of features, padded with zeros to a multiple of 4. */
export interface Normal {
  size: number;
  /** [size] */
  mean: Float64Array;
  /** [size, size], unbiased (divided by n - 1). */
  covariance: Float64Array;
}

/** With fewer images than features the covariance is singular, but still correct. */
export async function normalOf(features: Features, { onProgress }: Work): Promise<Normal> {
  const { count } = features;
  const size = Math.ceil(features.size / tileSide) * tileSide;
  const shift = new Float64Array(size); // close to the mean, against cancellation
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
