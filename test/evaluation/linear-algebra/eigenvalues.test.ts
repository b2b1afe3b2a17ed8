import assert from 'node:assert/strict';
import { test } from 'node:test';
import { symmetricEigenvalues, tridiagonalEigenvalues } from '../../../src/evaluation/linear-algebra/eigenvalues.ts';
import { hashedValues } from '../../helpers/hashed-values.ts';

const work = { onProgress() {} };

function assertValues(actual: Float64Array, expected: readonly number[], tolerance: number): void {
  assert.equal(actual.length, expected.length);
  const ascending = expected.toSorted((a, b) => a - b);
  for (const [i, value] of actual.slice().sort().entries()) {
    assert.ok(Math.abs(value - ascending[i]!) < tolerance, `${i}: ${value}, not ${ascending[i]}`);
  }
}

test('finds 2 - 2 cos(k pi / (n + 1)) for 2 on the diagonal and -1 beside it', () => {
  const size = 101;
  const diagonal = new Float64Array(size).fill(2);
  const subdiagonal = new Float64Array(size).fill(-1, 1);
  const expected = Array.from({ length: size }, (_, k) => 2 - 2 * Math.cos(((k + 1) * Math.PI) / (size + 1)));
  assertValues(tridiagonalEigenvalues({ diagonal, subdiagonal }), expected, 1e-13);
});

test('finds known eigenvalues, some repeated and many 0', async () => {
  const size = 72;
  const expected = Array.from({ length: size }, (_, i) => (i < 40 ? 0 : i < 50 ? 3 : i - 60));
  const u = hashedValues('reflection', size);
  const squares = u.reduce((sum, value) => sum + value ** 2, 0);
  const reflection = (i: number, j: number) => (i === j ? 1 : 0) - (2 * u[i]! * u[j]!) / squares;
  const matrix = Float64Array.from({ length: size * size }, (_, place) => {
    const [row, column] = [Math.floor(place / size), place % size];
    return expected.reduce((sum, value, k) => sum + reflection(row, k) * value * reflection(k, column), 0);
  });
  assertValues(await symmetricEigenvalues(matrix, size, work), expected, 1e-12);
});

test('finds the eigenvalues of a diagonal matrix and of zeros', async () => {
  const matrix = new Float64Array(64);
  assertValues(await symmetricEigenvalues(matrix, 8, work), Array(8).fill(0), 1e-300);
  for (let i = 0; i < 8; i++) matrix[9 * i] = i - 3;
  assertValues(await symmetricEigenvalues(matrix, 8, work), [-3, -2, -1, 0, 1, 2, 3, 4], 1e-14);
});

test('terminates for a matrix with NaN', async () => {
  const matrix = Float64Array.from({ length: 64 }, (_, i) => (i % 9 === 0 ? 1 : 0));
  matrix[0] = Number.NaN;
  const values = await symmetricEigenvalues(matrix, 8, work);
  assert.ok(values.some(Number.isNaN));
});
