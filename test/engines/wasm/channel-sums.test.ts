import assert from 'node:assert/strict';
import { before, describe, test } from 'node:test';
import * as tf from '@tensorflow/tfjs-core';
import { registerOps } from '../../../src/engines/ops/register.ts';
import { wasmKernels } from '../../../src/engines/wasm/kernels.ts';
import { startWasm } from '../../../src/engines/wasm/threads.ts';
import { hashedValues } from '../../helpers/hashed-values.ts';
import { relativeError } from '../../helpers/relative-error.ts';

before(async () => {
  await startWasm(2);
  registerOps('wasm', wasmKernels);
});

const shapes: [string, number[]][] = [
  ['images', [7, 14, 13, 65]],
  ['one image', [1, 9, 9, 3]],
  ['vectors as images', [37, 1, 1, 130]],
  ['vectors', [100, 33]],
  ['one vector', [1, 5]],
  ['one channel', [64, 28, 28, 1]],
];

describe('equals the sums in double precision', () => {
  for (const [name, shape] of shapes) {
    test(name, () => {
      const count = shape.reduce((product, side) => product * side, 1);
      const channels = shape.at(-1)!;
      const values = hashedValues(name, count).map((value) => value + 0.5);
      const expected = new Float64Array(channels);
      for (let i = 0; i < count; i++) expected[i % channels]! += values[i]!;
      const x = tf.tensor(values, shape);
      const axes = shape.slice(1).map((_, axis) => axis);
      const sums = tf.sum(x, axes);
      const means = tf.mean(x, axes);
      assert.deepEqual([sums.shape, means.shape], [[channels], [channels]]);
      assert.ok(relativeError(sums.dataSync(), expected) < 1e-6);
      const n = count / channels;
      assert.ok(
        relativeError(
          means.dataSync(),
          expected.map((sum) => sum / n),
        ) < 1e-6,
      );
    });
  }
});

test('other axes, kept axes and integers use the tfjs kernel', () => {
  const x = tf.tensor3d([1, 2, 3, 4, 5, 6, 7, 8], [2, 2, 2]);
  assert.deepEqual([...tf.sum(x, 2).dataSync()], [3, 7, 11, 15]);
  assert.deepEqual([...tf.sum(x, [0, 2]).dataSync()], [14, 22]);
  assert.deepEqual(tf.sum(x, [0, 1], true).shape, [1, 1, 2]);
  assert.deepEqual([...tf.sum(x, [-3, -2]).dataSync()], [16, 20]);
  assert.equal(tf.mean(x).dataSync()[0], 4.5);
  const integers = tf.sum(tf.tensor2d([1, 2, 3, 4], [2, 2], 'int32'), 0);
  assert.deepEqual([integers.dtype, ...integers.dataSync()], ['int32', 4, 6]);
});

test('a value that is not finite affects the sum of its channel only', () => {
  for (const value of [Number.NaN, Infinity, -Infinity]) {
    const [first, second] = tf.sum(tf.tensor2d([1, value, 3, 4], [2, 2]), 0).dataSync();
    assert.deepEqual([first, Number.isFinite(second)], [4, false]);
  }
});

test('leaks no tensors', () => {
  const x = tf.ones([3, 4, 4, 8]);
  const { numTensors } = tf.memory();
  tf.dispose([tf.sum(x, [0, 1, 2]), tf.mean(x, [0, 1, 2])]);
  assert.equal(tf.memory().numTensors, numTensors);
});
