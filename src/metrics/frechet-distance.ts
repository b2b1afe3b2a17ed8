// Fréchet distance of two sets of features, taken as normal distributions (Heusel et al. 2017; over Inception's features it is FID):
// |m1 - m2|^2 + tr(S1 + S2 - 2 (S1 S2)^(1/2)).
import { EigenvalueDecomposition, Matrix } from 'ml-matrix';
import type { Features } from './features.ts';

interface Normal {
  mean: Float64Array;
  /** [size, size], with n - 1 below the fraction. */
  covariance: Matrix;
}

export function frechetDistance(real: Features, fake: Features): number {
  return frechetDistanceOf(normalOf(real), normalOf(fake));
}

/** Mean and covariance of features. There should be more images than features. */
function normalOf(features: Features): Normal {
  const { count, size } = features;
  const mean = new Float64Array(size);
  for (let image = 0; image < count; image++) {
    for (const [i, value] of features.read(image, 1).entries()) mean[i]! += value / count;
  }
  const sums = Array.from({ length: size }, () => new Float64Array(size));
  for (let image = 0; image < count; image++) {
    const centred = Float64Array.from(features.read(image, 1), (value, i) => value - mean[i]!);
    for (const [i, row] of sums.entries()) {
      const factor = centred[i]! / (count - 1);
      for (let j = 0; j < size; j++) row[j]! += factor * centred[j]!;
    }
  }
  return { mean, covariance: new Matrix(sums) };
}

/** tr((S1 S2)^(1/2)) is the sum of the roots of the eigenvalues of S1^(1/2) S2 S1^(1/2), which is symmetric. */
function frechetDistanceOf(first: Normal, second: Normal): number {
  const meanDistance = first.mean.reduce((sum, value, i) => sum + (value - second.mean[i]!) ** 2, 0);
  const root = squareRoot(first.covariance);
  const product = root.mmul(second.covariance).mmul(root);
  const eigenvalues = new EigenvalueDecomposition(product, { assumeSymmetric: true }).realEigenvalues;
  const rootTrace = eigenvalues.reduce((sum, value) => sum + Math.sqrt(Math.max(0, value)), 0);
  return meanDistance + first.covariance.trace() + second.covariance.trace() - 2 * rootTrace;
}

/** Of a symmetric matrix without negative eigenvalues; what rounding made negative counts as 0. */
function squareRoot(matrix: Matrix): Matrix {
  const { eigenvectorMatrix, realEigenvalues } = new EigenvalueDecomposition(matrix, { assumeSymmetric: true });
  const roots = realEigenvalues.map((value) => Math.sqrt(Math.max(0, value)));
  return eigenvectorMatrix.clone().mulRowVector(roots).mmul(eigenvectorMatrix.transpose());
}
