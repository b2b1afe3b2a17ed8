// Checks the unmodified tfjs WASM kernels that training uses against the CPU backend, or by hand.
import assert from 'node:assert/strict';
import { before, describe, test } from 'node:test';
import '@tensorflow/tfjs-backend-cpu';
import * as tf from '@tensorflow/tfjs-core';
import { startWasm } from '../../../src/engines/wasm/threads.ts';
import { hashedValues } from '../../helpers/hashed-values.ts';
import { relativeError } from '../../helpers/relative-error.ts';

before(async () => {
  tf.enableProdMode(); // silences the CPU backend's advertisement
  await startWasm(2);
});

const shape: [number, number, number, number] = [3, 7, 6, 5];
const signed = (name: string) => tf.tensor4d(hashedValues(name, 3 * 7 * 6 * 5), shape); // [-1, 1)
const positive = () => tf.add<tf.Tensor4D>(signed('positive'), 1.01);
const vector = () => tf.tensor1d(hashedValues('vector', 5));
const number = (condition: tf.Tensor) => tf.cast(condition, 'float32');

const operations: Record<string, () => tf.Tensor> = {
  'sum over all but the channels': () => tf.sum(signed('x'), [0, 1, 2]),
  'sum over the first axis': () => tf.sum(signed('x'), 0),
  'sum of all': () => tf.sum(positive()),
  'mean over all but the channels': () => tf.mean(signed('x'), [0, 1, 2]),
  'add, subtract, multiply and divide per channel': () =>
    tf.div(tf.mul(tf.sub(tf.add(signed('x'), vector()), 0.5), vector()), vector()),
  square: () => tf.square(signed('x')),
  'square root': () => tf.sqrt(positive()),
  'reciprocal square root': () => tf.rsqrt(positive()),
  tanh: () => tf.tanh(tf.mul(signed('x'), 12)),
  sigmoid: () => tf.sigmoid(tf.mul(signed('x'), 60)),
  softplus: () => tf.softplus(tf.mul(signed('x'), 60)),
  'log(1 + x)': () => tf.log1p(positive()),
  relu: () => tf.relu(signed('x')),
  'greater as a number': () => number(tf.greater(signed('x'), 0.1)),
  'greater or equal, as dropout has it': () => number(tf.greaterEqual(signed('x'), 0.3)),
  select: () => tf.where(tf.greater(signed('x'), 0), signed('y'), tf.zerosLike(signed('y'))),
  transpose: () => tf.transpose(signed('x'), [3, 1, 0, 2]),
  tile: () => tf.tile(signed('x'), [1, 2, 1, 3]),
  pad: () =>
    tf.pad(signed('x'), [
      [0, 0],
      [1, 2],
      [0, 3],
      [0, 0],
    ]),
  slice: () => tf.slice(signed('x'), [1, 2, 0, 1], [2, 4, 6, 3]),
  'strided slice': () => tf.stridedSlice(signed('x'), [0, 1, 0, 0], [3, 7, 6, 5], [1, 2, 3, 1]),
  'concat of columns': () => tf.concat([signed('x'), signed('y')], 2),
  stack: () => tf.stack([signed('x'), signed('y')], 1),
  reshape: () => tf.reshape(signed('x'), [-1, 5]),
  'cast to whole numbers and back': () => tf.cast(tf.cast(tf.mul(signed('x'), 9), 'int32'), 'float32'),
  'batch norm at inference': () => tf.batchNorm4d(signed('x'), vector(), tf.square(vector()), vector(), vector(), 1e-3),
  'nearest-neighbour upsampling': () => tf.image.resizeNearestNeighbor(signed('x'), [14, 12]),
};

describe("agrees with tfjs's CPU backend", () => {
  for (const [name, operation] of Object.entries(operations)) {
    test(name, async () => {
      await tf.setBackend('cpu');
      const expected = operation();
      const values = expected.dataSync();
      await tf.setBackend('wasm');
      const actual = operation();
      assert.deepEqual(actual.shape, expected.shape);
      assert.ok(relativeError(actual.dataSync(), values) < 1e-6);
    });
  }
});

test('the gradient of upsampling sums each block of the output (the CPU backend is wrong here)', () => {
  const dy = tf.tensor4d([1, 2, 3, 4, 5, 6, 7, 8, 10, 20, 30, 40, 50, 60, 70, 80], [1, 4, 4, 1]);
  const images = tf.zeros([1, 2, 2, 1]);
  const attributes = { alignCorners: false, halfPixelCenters: false, size: [4, 4] };
  const gradient = tf.engine().runKernel('ResizeNearestNeighborGrad', { images, dy }, attributes) as tf.Tensor;
  assert.deepEqual(gradient.shape, [1, 2, 2, 1]);
  assert.deepEqual([...gradient.dataSync()], [1 + 2 + 5 + 6, 3 + 4 + 7 + 8, 10 + 20 + 50 + 60, 30 + 40 + 70 + 80]);
});
