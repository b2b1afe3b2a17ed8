import assert from 'node:assert/strict';
import { before, describe, test } from 'node:test';
import type { BackendWasm } from '@tensorflow/tfjs-backend-wasm';
import * as tf from '@tensorflow/tfjs-core';
import { gemm, type Matrices, offsets } from '../../../src/engines/wasm/gemm.ts';
import { startWasm } from '../../../src/engines/wasm/threads.ts';
import { hashedValues } from '../../helpers/hashed-values.ts';
import { relativeError } from '../../helpers/relative-error.ts';

before(() => startWasm(3));

const backend = () => tf.engine().backend as unknown as BackendWasm;

test('offsets are in row-major order', () => {
  assert.deepEqual([...offsets([2, 10], [3, 1])], [0, 1, 2, 10, 11, 12]);
  assert.deepEqual([...offsets([2, -5])], [0, -5]);
  assert.deepEqual([...offsets([0, 1], [3, 1])], []);
});

test('multiplies the matrices of a batch pairwise and does not touch the values between them', () => {
  const a = tf.tensor1d([1, 2, 3, 4, Number.NaN, 5, 6, 7, 8, Number.NaN]);
  const b = tf.tensor1d([1, 2, 9, 2, 1, 9]);
  const c = tf.tensor1d([-1, -1, -1, -1, -1, -1, -1]);
  gemm(
    backend(),
    { values: c, start: 1, batchStride: 3, rows: offsets([2, 1]), columns: offsets([1, 0]) },
    { values: a, batchStride: 5, rows: offsets([2, 2]), columns: offsets([2, 1]) },
    { values: b, batchStride: 3, rows: offsets([2, 1]), columns: offsets([1, 0]) },
    2,
  );
  // [1 2; 3 4] [1; 2] = [5; 11], [5 6; 7 8] [2; 1] = [16; 22]
  assert.deepEqual([...c.dataSync()], [-1, 5, 11, -1, 16, 22, -1]);
});

test('computes a convolution, whose windows overlap', () => {
  const x = tf.tensor1d([1, 2, 3, 4, 5]);
  const y = tf.zeros([3]);
  const w = tf.tensor1d([1, 0, -2]);
  const pixels = { values: x, rows: offsets([3, 1]), columns: offsets([3, 1]) };
  gemm(backend(), column(y), pixels, column(w));
  assert.deepEqual([...y.dataSync()], [1 - 6, 2 - 8, 3 - 10]);
});

function column(values: tf.Tensor): Matrices {
  return { values, rows: offsets([values.size, 1]), columns: offsets([1, 0]) };
}

/** Random matrices, in row-major or column-major order. */
function batchOf(name: string, count: number, height: number, width: number, transposed: boolean): Matrices {
  const values = tf.tensor1d(hashedValues(name, count * height * width));
  const rows = offsets([height, transposed ? 1 : width]);
  const columns = offsets([width, transposed ? height : 1]);
  return { values, batchStride: height * width, rows, columns };
}

function numbersOf({ values, batchStride = 0, rows, columns }: Matrices, count: number): number[] {
  const all = (values as tf.Tensor).dataSync();
  return Array.from({ length: count }, (_, n) => n).flatMap((n) =>
    [...rows].flatMap((row) => [...columns].map((column) => all[n * batchStride + row + column]!)),
  );
}

/** In double precision. */
function products(a: number[], b: number[], [m, k, n]: readonly [number, number, number], count: number): number[] {
  return Array.from({ length: count * m * n }, (_, index) => {
    const [batch, row, column] = [Math.floor(index / (m * n)), Math.floor(index / n) % m, index % n];
    let sum = 0;
    for (let i = 0; i < k; i++) sum += a[(batch * m + row) * k + i]! * b[(batch * k + i) * n + column]!;
    return sum;
  });
}

describe('equals the product in double precision for every memory order', () => {
  const sizes: [name: string, size: readonly [number, number, number], count: number][] = [
    ['whole tiles', [8, 6, 16], 1],
    ['one value', [1, 1, 1], 1],
    ['partial tiles', [6, 7, 13], 1],
    ['more columns than rows', [3, 5, 50], 1],
    ['a batch', [5, 4, 9], 7],
    ['sums in blocks of unequal length', [30, 1301, 20], 2],
    ['short blocks, as both sides are long', [700, 150, 690], 1],
  ];
  for (const [name, size, count] of sizes) {
    const [m, k, n] = size;
    for (let order = 0; order < 8; order++) {
      const [aColumnMajor, bColumnMajor, cColumnMajor] = [(order & 1) > 0, (order & 2) > 0, (order & 4) > 0];
      test(`${name}: [${m}, ${k}] by [${k}, ${n}], column-major: ${[aColumnMajor, bColumnMajor, cColumnMajor]}`, () => {
        const [a, b] = [batchOf('a', count, m, k, aColumnMajor), batchOf('b', count, k, n, bColumnMajor)];
        const c = { ...batchOf('c', count, m, n, cColumnMajor), values: tf.zeros([count * m * n]) };
        gemm(backend(), c, a, b, count);
        const expected = products(numbersOf(a, count), numbersOf(b, count), size, count);
        assert.ok(relativeError(Float32Array.from(numbersOf(c, count)), expected) < 1e-6);
        tf.dispose([a.values, b.values, c.values] as tf.Tensor[]);
      });
    }
  }
});

test('frees its temporary memory', () => {
  const [a, b, c] = [batchOf('a', 1, 9, 9, false), batchOf('b', 1, 9, 9, false), batchOf('c', 1, 9, 9, false)];
  const tensors = backend().numDataIds();
  gemm(backend(), c, a, b);
  assert.equal(backend().numDataIds(), tensors);
});
