// Eigenvalues of a symmetric matrix, without eigenvectors.

import type { Work } from '../metrics/work.ts';
import { type Tridiagonal, tridiagonalise } from './tridiagonal.ts';

/** `matrix`: [size, size], `size` a multiple of 4. The eigenvalues are unsorted. */
export async function symmetricEigenvalues(matrix: Float64Array, size: number, work: Work): Promise<Float64Array> {
  return tridiagonalEigenvalues(await tridiagonalise(matrix, size, work));
}

/** QL with implicit shifts (Press et al., Numerical Recipes, 11.3: tqli), O(size^2). */
export function tridiagonalEigenvalues({ diagonal, subdiagonal }: Tridiagonal): Float64Array {
  const values = diagonal.slice();
  const off = new Float64Array(values.length);
  off.set(subdiagonal.subarray(1));
  for (let first = 0; first < values.length; first++) {
    for (let last = endOfBlock(values, off, first); last > first; last = endOfBlock(values, off, first)) {
      sweep(values, off, first, last);
    }
  }
  return values;
}

/** The first row from `first` whose off-diagonal value is negligible. */
function endOfBlock(values: Float64Array, off: Float64Array, first: number): number {
  let last = first;
  while (last < values.length - 1) {
    const size = Math.abs(values[last]!) + Math.abs(values[last + 1]!);
    if (!(Math.abs(off[last]!) > Number.EPSILON * size)) break; // NaN ends a block too
    last++;
  }
  return last;
}

/** One QL sweep of plane rotations from `last` to `first`, which shrinks the off-diagonal values, the first one fastest. */
function sweep(values: Float64Array, off: Float64Array, first: number, last: number): void {
  const slope = (values[first + 1]! - values[first]!) / (2 * off[first]!);
  const radius = Math.sqrt(slope * slope + 1);
  let g = values[last]! - values[first]! + off[first]! / (slope + (slope < 0 ? -radius : radius));
  let [sine, cosine, taken] = [1, 1, 0];
  for (let i = last - 1; i >= first; i--) {
    const f = sine * off[i]!;
    const b = cosine * off[i]!;
    const r = Math.sqrt(f * f + g * g);
    off[i + 1] = r;
    if (r === 0) {
      values[i + 1]! -= taken;
      off[last] = 0;
      return;
    }
    sine = f / r;
    cosine = g / r;
    g = values[i + 1]! - taken;
    const change = (values[i]! - g) * sine + 2 * cosine * b;
    taken = sine * change;
    values[i + 1] = g + taken;
    g = cosine * change - b;
  }
  values[first]! -= taken;
  off[first] = g;
  off[last] = 0;
}
