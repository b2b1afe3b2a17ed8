import assert from 'node:assert/strict';
import { before, test } from 'node:test';
import type { BackendWasm } from '@tensorflow/tfjs-backend-wasm';
import * as tf from '@tensorflow/tfjs-core';
import { type MatrixStack, multiplyStacks, stackStride } from '../../../src/engines/wasm/matrix-stack.ts';
import { startWasm } from '../../../src/engines/wasm/threads.ts';

before(() => startWasm(2));

const backend = () => tf.engine().backend as unknown as BackendWasm;

test('every matrix by its own partner; what lies between them is not looked at', () => {
  const a: MatrixStack = {
    values: tf.tensor2d([1, 2, 3, 4, Number.NaN, 5, 6, 7, 8, Number.NaN], [2, 5]),
    rows: 2,
    columns: 2,
  };
  const b: MatrixStack = { values: tf.tensor2d([1, 0, 9, 9, 2, 1, 9, 9], [2, 4]), rows: 2, columns: 1 };
  const { values, rows, columns } = multiplyStacks(backend(), a, b);
  assert.deepEqual([values.shape, rows, columns], [[2, 2], 2, 1]);
  // [1 2; 3 4] [1; 0] = [1; 3], [5 6; 7 8] [2; 1] = [16; 22]
  assert.deepEqual([...values.dataSync()], [1, 3, 16, 22]);
});

test('a second product of other values in the same place is not the first one', () => {
  const stack = (value: number): MatrixStack => ({ values: tf.fill([1, 4], value), rows: 2, columns: 2 });
  for (const value of [1, 2, 3]) {
    const [a, b] = [stack(1), stack(value)];
    assert.deepEqual([...multiplyStacks(backend(), a, b).values.dataSync()], Array(4).fill(2 * value));
    tf.dispose([a.values, b.values]);
  }
});

test('matrices stand an odd number of 64 bytes apart', () => {
  for (const size of [1, 15, 16, 17, 12_800, 25_600, 32_768]) {
    const stride = stackStride(size);
    assert.equal(stride % 32, 16);
    assert.ok(stride >= size && stride < size + 32, `${size}: ${stride}`);
  }
});
