import assert from 'node:assert/strict';
import { before, describe, test } from 'node:test';
import type { BackendWasm } from '@tensorflow/tfjs-backend-wasm';
import * as tf from '@tensorflow/tfjs-core';
import { gemm, type Matrices, places } from '../../../src/engines/wasm/gemm.ts';
import { startWasm } from '../../../src/engines/wasm/threads.ts';
import { hashedValues } from '../../helpers/hashed-values.ts';
import { relativeError } from '../../helpers/relative-error.ts';

before(() => startWasm(3));

const backend = () => tf.engine().backend as unknown as BackendWasm;

test('places are all sums of one step per axis, the last axis first', () => {
  assert.deepEqual([...places([2, 10], [3, 1])], [0, 1, 2, 10, 11, 12]);
  assert.deepEqual([...places([2, -5])], [0, -5]);
  assert.deepEqual([...places([0, 1], [3, 1])], []);
});

test('every matrix of a stack by its own partner; what lies between them is neither read nor written', () => {
  const a = tf.tensor1d([1, 2, 3, 4, Number.NaN, 5, 6, 7, 8, Number.NaN]);
  const b = tf.tensor1d([1, 2, 9, 2, 1, 9]);
  const c = tf.tensor1d([-1, -1, -1, -1, -1, -1, -1]);
  gemm(
    backend(),
    { values: c, start: 1, next: 3, rows: places([2, 1]), columns: places([1, 0]) },
    { values: a, next: 5, rows: places([2, 2]), columns: places([2, 1]) },
    { values: b, next: 3, rows: places([2, 1]), columns: places([1, 0]) },
    2,
  );
  // [1 2; 3 4] [1; 2] = [5; 11], [5 6; 7 8] [2; 1] = [16; 22]
  assert.deepEqual([...c.dataSync()], [-1, 5, 11, -1, 16, 22, -1]);
});

test('a convolution without padding: windows overlap', () => {
  const x = tf.tensor1d([1, 2, 3, 4, 5]);
  const y = tf.zeros([3]);
  const w = tf.tensor1d([1, 0, -2]);
  const pixels = { values: x, rows: places([3, 1]), columns: places([3, 1]) };
  gemm(backend(), column(y), pixels, column(w));
  assert.deepEqual([...y.dataSync()], [1 - 6, 2 - 8, 3 - 10]);
});

function column(values: tf.Tensor): Matrices {
  return { values, rows: places([values.size, 1]), columns: places([1, 0]) };
}

/** Random matrices, row by row or column by column. */
function stack(name: string, count: number, height: number, width: number, transposed: boolean): Matrices {
  const values = tf.tensor1d(hashedValues(name, count * height * width));
  const rows = places([height, transposed ? 1 : width]);
  const columns = places([width, transposed ? height : 1]);
  return { values, next: height * width, rows, columns };
}

function numbersOf({ values, next = 0, rows, columns }: Matrices, count: number): number[] {
  const all = (values as tf.Tensor).dataSync();
  return Array.from({ length: count }, (_, n) => n).flatMap((n) =>
    [...rows].flatMap((row) => [...columns].map((place) => all[n * next + row + place]!)),
  );
}

/** In double precision. */
function products(a: number[], b: number[], [m, k, n]: readonly [number, number, number], count: number): number[] {
  return Array.from({ length: count * m * n }, (_, index) => {
    const [stackIndex, row, place] = [Math.floor(index / (m * n)), Math.floor(index / n) % m, index % n];
    let sum = 0;
    for (let i = 0; i < k; i++) sum += a[(stackIndex * m + row) * k + i]! * b[(stackIndex * k + i) * n + place]!;
    return sum;
  });
}

describe('the sum of products in double precision, in every order of values in memory', () => {
  const sizes: [name: string, size: readonly [number, number, number], count: number][] = [
    ['whole tiles', [8, 6, 16], 1],
    ['one value', [1, 1, 1], 1],
    ['parts of tiles', [6, 7, 13], 1],
    ['more columns than rows', [3, 5, 50], 1],
    ['a stack', [5, 4, 9], 7],
    ['sums in blocks of unequal length', [30, 1301, 20], 2],
    ['short blocks, as both sides are long', [700, 150, 690], 1],
  ];
  for (const [name, size, count] of sizes) {
    const [m, k, n] = size;
    for (let order = 0; order < 8; order++) {
      const [aTurned, bTurned, cTurned] = [(order & 1) > 0, (order & 2) > 0, (order & 4) > 0];
      test(`${name}: [${m}, ${k}] by [${k}, ${n}], turned: ${[aTurned, bTurned, cTurned]}`, () => {
        const [a, b] = [stack('a', count, m, k, aTurned), stack('b', count, k, n, bTurned)];
        const c = { ...stack('c', count, m, n, cTurned), values: tf.zeros([count * m * n]) };
        gemm(backend(), c, a, b, count);
        const expected = products(numbersOf(a, count), numbersOf(b, count), size, count);
        assert.ok(relativeError(Float32Array.from(numbersOf(c, count)), expected) < 1e-6);
        tf.dispose([a.values, b.values, c.values] as tf.Tensor[]);
      });
    }
  }
});

test('nothing is left in memory', () => {
  const [a, b, c] = [stack('a', 1, 9, 9, false), stack('b', 1, 9, 9, false), stack('c', 1, 9, 9, false)];
  const tensors = backend().numDataIds();
  gemm(backend(), c, a, b);
  assert.equal(backend().numDataIds(), tensors);
});
