import assert from 'node:assert/strict';
import { before, test } from 'node:test';
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

test('computes a product worked out by hand, for every combination of transposes', () => {
  // [1 2 3; 4 5 6] [1 0; 2 1; 0 3] = [1+4 2+9; 4+10 5+18]
  const [a, aTransposed] = [tf.tensor2d([1, 2, 3, 4, 5, 6], [2, 3]), tf.tensor2d([1, 4, 2, 5, 3, 6], [3, 2])];
  const [b, bTransposed] = [tf.tensor2d([1, 0, 2, 1, 0, 3], [3, 2]), tf.tensor2d([1, 2, 0, 0, 1, 3], [2, 3])];
  for (const product of [
    tf.matMul(a, b),
    tf.matMul(aTransposed, b, true),
    tf.matMul(a, bTransposed, false, true),
    tf.matMul(aTransposed, bTransposed, true, true),
  ]) {
    assert.deepEqual(product.shape, [2, 2]);
    assert.deepEqual([...product.dataSync()], [5, 11, 14, 23]);
  }
});

/** a [m, k] transposed times b [k, n], in double precision. */
function productOfTransposed(a: Float32Array, b: Float32Array, m: number, k: number, n: number): Float64Array {
  const product = new Float64Array(m * n);
  for (let i = 0; i < k; i++) {
    for (let row = 0; row < m; row++) {
      for (let column = 0; column < n; column++) product[row * n + column]! += a[i * m + row]! * b[i * n + column]!;
    }
  }
  return product;
}

test("computes a dense layer's weight gradient, [B, in] transposed times [B, out]", () => {
  const [batch, inputs, outputs] = [37, 100, 130];
  const x = hashedValues('x', batch * inputs);
  const dy = hashedValues('dy', batch * outputs);
  const gradient = tf.matMul(tf.tensor2d(x, [batch, inputs]), tf.tensor2d(dy, [batch, outputs]), true);
  assert.ok(relativeError(gradient.dataSync(), productOfTransposed(x, dy, inputs, batch, outputs)) < 1e-6);
});

test('computes a product whose right operand is much larger than the left one', () => {
  const [m, k, n] = [5, 40, 3000];
  const [a, b] = [hashedValues('a', m * k), hashedValues('b', k * n)];
  const expected = productOfTransposed(a, b, m, k, n);
  const [left, right] = [tf.tensor2d(a, [k, m]), tf.tensor2d(b, [k, n])];
  for (const transposeLeft of [true, false]) {
    for (const transposeRight of [true, false]) {
      const [first, second] = [transposeLeft ? left : left.transpose(), transposeRight ? right.transpose() : right];
      const product = tf.matMul(first, second, transposeLeft, transposeRight);
      assert.deepEqual(product.shape, [m, n]);
      assert.ok(relativeError(product.dataSync(), expected) < 1e-6);
    }
  }
});

test('multiplies batches of matrices, also with one operand broadcast', () => {
  const a = tf.tensor3d([1, 2, 3, 4, 5, 6, 7, 8], [2, 2, 2]);
  const b = tf.tensor3d([1, 1, 0, 1], [1, 2, 2]);
  // [1 3; 2 4] [1 1; 0 1] = [1 4; 2 6]; [5 7; 6 8] [1 1; 0 1] = [5 12; 6 14]
  assert.deepEqual([...tf.matMul(a, b, true).dataSync()], [1, 4, 2, 6, 5, 12, 6, 14]);
});

test('leaves the operands unchanged and leaks no tensors', () => {
  const a = tf.tensor2d([1, 2, 3, 4, 5, 6], [2, 3]);
  const before = tf.memory().numTensors;
  tf.matMul(a, a, true).dispose();
  assert.equal(tf.memory().numTensors, before);
  assert.deepEqual([...a.dataSync()], [1, 2, 3, 4, 5, 6]);
});
