// Fréchet distance of two sets of features, modelled as normal distributions (Heusel et al. 2017; called FID with Inception's features):
// |m1 - m2|^2 + tr(S1 + S2 - 2 (S1 S2)^(1/2)).

import { maxTerms, openProductSum } from '../../wasm/product-sum.ts';
import { type Factor, pivotedCholesky } from '../linear-algebra/cholesky.ts';
import { symmetricEigenvalues } from '../linear-algebra/eigenvalues.ts';
import { type Normal, normalOf } from '../linear-algebra/normal.ts';
import type { Features } from './features.ts';
import { part, type Work } from './work.ts';

export async function frechetDistance(real: Features, fake: Features, work: Work): Promise<number> {
  const first = await normalOf(real, part(work, 0, 3));
  const second = await normalOf(fake, part(work, 1, 3));
  return frechetDistanceOf(first, second, part(work, 2, 3));
}

async function frechetDistanceOf(first: Normal, second: Normal, work: Work): Promise<number> {
  const meanDistance = first.mean.reduce((sum, value, i) => sum + (value - second.mean[i]!) ** 2, 0);
  return meanDistance + traceOf(first) + traceOf(second) - 2 * (await rootTrace(first, second, work));
}

function traceOf({ covariance, size }: Normal): number {
  let trace = 0;
  for (let i = 0; i < size; i++) trace += covariance[i * size + i]!;
  return trace;
}

/** tr((S1 S2)^(1/2)): with S1 = L L^T, the sum of the square roots of the eigenvalues of the symmetric L^T S2 L. */
async function rootTrace(first: Normal, second: Normal, work: Work): Promise<number> {
  const factor = await pivotedCholesky(first.covariance, first.size, part(work, 0, 3));
  if (factor.rank === 0) return 0;
  const eigenvalues = await symmetricEigenvalues(
    await congruence(factor, second, part(work, 1, 3)),
    factor.rank,
    part(work, 2, 3),
  );
  return eigenvalues.reduce((sum, value) => sum + Math.sqrt(Math.max(0, value)), 0);
}

/** L^T S2 L: [rank, rank] */
async function congruence(
  { columns, rank }: Factor,
  { covariance, size }: Normal,
  { onProgress }: Work,
): Promise<Float64Array> {
  const half = openProductSum(rank, size, { symmetric: false }); // L^T S2
  const whole = openProductSum(rank, rank, { symmetric: true });
  const ofRows = (values: Float64Array, first: number) => ({ values, first, termStep: 1, indexStep: size });
  for (let first = 0; first < size; first += maxTerms) {
    const count = Math.min(maxTerms, size - first);
    const rows = { values: covariance, first: first * size, count, termStep: size, indexStep: 1 };
    half.add({ ...ofRows(columns, first), count }, rows);
    await onProgress(first + count, 2 * size);
  }
  for (let first = 0; first < size; first += maxTerms) {
    const count = Math.min(maxTerms, size - first);
    whole.add({ ...ofRows(half.total, first), count }, { ...ofRows(columns, first), count });
    await onProgress(size + first + count, 2 * size);
  }
  for (let row = 0; row < rank; row++) {
    for (let column = 0; column < row; column++) whole.total[row * rank + column] = whole.total[column * rank + row]!;
  }
  return whole.total;
}
