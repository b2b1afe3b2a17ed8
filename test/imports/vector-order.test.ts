import assert from 'node:assert/strict';
import { test } from 'node:test';
import { checkVectors, orderAfter, orderBefore } from '../../src/imports/vector-order.ts';
import { networkOf } from '../helpers/tiny-network.ts';

test('the image before a flatten and after a reshape: pixel by pixel here, channel by channel in PyTorch', () => {
  const network = networkOf(
    [
      { type: 'flatten' }, // 0: [1, 2, 3] -> [6]
      { type: 'dropout', rate: 0.5 }, // 1
      { type: 'dense', units: 8 }, // 2
      { type: 'batchNorm' }, // 3
      { type: 'leakyRelu', slope: 0.2 }, // 4
      { type: 'reshape', shape: [2, 2, 2] }, // 5
      { type: 'flatten' }, // 6
      { type: 'dense', units: 1 }, // 7
    ],
    [1, 2, 3],
  );
  // [1, 2, 3] by hand: here (x0 c0) (x0 c1) (x0 c2) (x1 c0) ..., in PyTorch c0: x0 x1, c1: x0 x1, c2: x0 x1
  assert.deepEqual(orderBefore(network, 2), Uint32Array.of(0, 2, 4, 1, 3, 5));
  const order = Uint32Array.of(0, 4, 1, 5, 2, 6, 3, 7);
  assert.deepEqual([orderAfter(network, 2), orderAfter(network, 3)], [order, order]);
  assert.deepEqual(orderBefore(network, 7), order);
  assert.deepEqual([orderBefore(network, 3), orderAfter(network, 7)], [undefined, undefined]);
  checkVectors(network);
});

test('one pixel or one channel has one order only', () => {
  const network = networkOf(
    [{ type: 'reshape', shape: [1, 1, 9] }, { type: 'flatten' }, { type: 'dense', units: 1 }],
    [9],
  );
  checkVectors(network);
  assert.equal(orderBefore(network, 2), undefined);
  assert.equal(orderBefore(networkOf([{ type: 'flatten' }, { type: 'dense', units: 1 }], [3, 3, 1]), 1), undefined);
});

test('an image that is made of the latent itself cannot be imported', () => {
  const network = networkOf(
    [{ type: 'reshape', shape: [2, 2, 4] }, { type: 'flatten' }, { type: 'dense', units: 1 }],
    [16],
  );
  assert.throws(() => checkVectors(network), {
    code: 'config.not-importable',
    message: /layer 0 \(reshape\) makes an image \[2, 2, 4\] of what no dense layer gives/,
  });
});
