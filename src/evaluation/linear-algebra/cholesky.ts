// Pivoted Cholesky factorisation in blocks, with as many columns as the rank (as LAPACK's dpstrf).
import { maxTerms, openProductSum, tileSide } from '../../wasm/product-sum.ts';
import type { Work } from '../metrics/work.ts';

/** L with L L^T = S, stored by columns: [rank, size]. */
export interface Factor {
  columns: Float64Array;
  /** Padded to a multiple of 4 with zero columns. */
  rank: number;
}

/** Stops when only rounding errors are left. Each block of 64 columns is subtracted from the whole matrix at once. */
export async function pivotedCholesky(matrix: Float64Array, size: number, { onProgress }: Work): Promise<Factor> {
  const { total: rest, add } = openProductSum(size, size, { symmetric: true });
  rest.set(matrix);
  const left = Float64Array.from({ length: size }, (_, i) => matrix[i * size + i]!);
  const smallest = maximum(left) * size * Number.EPSILON;
  const columns = new Float64Array(size * size);
  let rank = 0;
  for (let start = 0; rank === start && start < size; start += maxTerms) {
    for (; rank < Math.min(size, start + maxTerms); rank++) {
      const pivot = left.indexOf(maximum(left));
      if (left[pivot]! <= smallest) break;
      const column = columns.subarray(rank * size, (rank + 1) * size);
      for (let i = 0; i < size; i++) column[i] = rest[Math.min(i, pivot) * size + Math.max(i, pivot)]!;
      for (let before = start; before < rank; before++) subtractColumn(column, columns, before * size, pivot);
      const root = Math.sqrt(left[pivot]!);
      for (let i = 0; i < size; i++) {
        column[i]! /= root;
        left[i]! -= column[i]! ** 2;
      }
      left[pivot] = 0;
    }
    const block = columns.subarray(start * size, rank * size);
    const terms = { first: 0, count: rank - start, termStep: size, indexStep: 1 };
    add({ ...terms, values: block.map((value) => -value) }, { ...terms, values: block });
    await onProgress(Math.min(size, start + maxTerms), size);
  }
  const padded = Math.ceil(rank / tileSide) * tileSide;
  return { columns: columns.subarray(0, padded * size), rank: padded };
}

/** column -= before * before[pivot] */
function subtractColumn(column: Float64Array, columns: Float64Array, before: number, pivot: number): void {
  const factor = columns[before + pivot]!;
  for (let i = 0; i < column.length; i++) column[i]! -= factor * columns[before + i]!;
}

function maximum(values: Float64Array): number {
  let most = Number.NEGATIVE_INFINITY;
  for (const value of values) if (value > most) most = value;
  return most;
}
