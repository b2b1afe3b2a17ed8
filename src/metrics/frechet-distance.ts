// Fréchet distance of two sets of features, taken as normal distributions (Heusel et al. 2017; over Inception's features it is FID):
// |m1 - m2|^2 + tr(S1 + S2 - 2 (S1 S2)^(1/2)).
import { EigenvalueDecomposition, Matrix } from 'ml-matrix';
import type { Features } from './features.ts';
import { type Normal, normalOf } from './normal.ts';
import { part, type Work } from './work.ts';

export async function frechetDistance(real: Features, fake: Features, work: Work): Promise<number> {
  return frechetDistanceOf(await normalOf(real, part(work, 0, 2)), await normalOf(fake, part(work, 1, 2)));
}

function frechetDistanceOf(first: Normal, second: Normal): number {
  const size = first.mean.length;
  const meanDistance = first.mean.reduce((sum, value, i) => sum + (value - second.mean[i]!) ** 2, 0);
  return (
    meanDistance + traceOf(first.covariance, size) + traceOf(second.covariance, size) - 2 * rootTrace(first, second)
  );
}

function traceOf(matrix: Float64Array, size: number): number {
  let trace = 0;
  for (let i = 0; i < size; i++) trace += matrix[i * size + i]!;
  return trace;
}

/** tr((S1 S2)^(1/2)): with S1 = L L^T, the sum of the roots of the eigenvalues of L^T S2 L, which is symmetric. */
function rootTrace({ covariance, mean }: Normal, second: Normal): number {
  const size = mean.length;
  const factor = factorOf(covariance, size);
  if (factor.length === 0) return 0;
  const transposed = new Matrix(factor); // [rank, size]
  const inner = transposed.mmul(Matrix.from1DArray(size, size, second.covariance)).mmul(transposed.transpose());
  const { realEigenvalues } = new EigenvalueDecomposition(inner, { assumeSymmetric: true });
  return realEigenvalues.reduce((sum, value) => sum + Math.sqrt(Math.max(0, value)), 0);
}

/**
 * The columns of L with L L^T = S, by Cholesky's method with pivots: it ends where nothing is left but rounding, so that a
 * covariance of few images has few columns.
 */
function factorOf(covariance: Float64Array, size: number): Float64Array[] {
  const left = Float64Array.from({ length: size }, (_, i) => covariance[i * size + i]!);
  const smallest = Math.max(...left) * size * Number.EPSILON;
  const columns: Float64Array[] = [];
  while (columns.length < size) {
    const pivot = left.indexOf(Math.max(...left));
    if (left[pivot]! <= smallest) break;
    const column = covariance.slice(pivot * size, (pivot + 1) * size);
    for (const before of columns) {
      const factor = before[pivot]!;
      for (let i = 0; i < size; i++) column[i]! -= factor * before[i]!;
    }
    const root = Math.sqrt(left[pivot]!);
    for (let i = 0; i < size; i++) {
      column[i]! /= root;
      left[i]! -= column[i]! ** 2;
    }
    left[pivot] = 0;
    columns.push(column);
  }
  return columns;
}
