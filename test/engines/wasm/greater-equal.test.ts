import assert from 'node:assert/strict';
import { before, test } from 'node:test';
import * as tf from '@tensorflow/tfjs-core';
import { registerOps } from '../../../src/engines/ops/register.ts';
import { wasmKernels } from '../../../src/engines/wasm/kernels.ts';
import { startWasm } from '../../../src/engines/wasm/threads.ts';

before(async () => {
  await startWasm(1);
  registerOps('wasm', wasmKernels);
});

test('compares a tensor with a scalar in float32', () => {
  const below = 0.3 - 2 ** -25;
  const compared = tf.greaterEqual(tf.tensor2d([0.3, below, 1, -1, Number.NaN, Infinity], [2, 3]), 0.3);
  assert.deepEqual([compared.dtype, compared.shape], ['bool', [2, 3]]);
  assert.deepEqual([...compared.dataSync()], [1, 0, 1, 0, 0, 1]);
});

test('compares tensors, integers, and a scalar with a tensor by the tfjs kernel', () => {
  assert.deepEqual(
    [...tf.greaterEqual(tf.tensor2d([1, 2, 3, 4], [2, 2]), tf.tensor1d([2, 2])).dataSync()],
    [0, 1, 1, 1],
  );
  assert.deepEqual([...tf.greaterEqual(tf.tensor1d([1, 2, 3], 'int32'), tf.scalar(2, 'int32')).dataSync()], [0, 1, 1]);
  assert.deepEqual([...tf.greaterEqual(tf.scalar(2), tf.tensor1d([1, 2, 3])).dataSync()], [1, 1, 0]);
});
