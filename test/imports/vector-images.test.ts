import assert from 'node:assert/strict';
import { test } from 'node:test';
import { checkVectors, imageAfter, imageBefore } from '../../src/imports/vector-images.ts';
import { networkOf } from '../helpers/tiny-network.ts';

test('finds the image before a flatten and after a reshape', () => {
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
  assert.deepEqual(imageBefore(network, 2), [1, 2, 3]);
  const image = [2, 2, 2];
  assert.deepEqual([imageAfter(network, 2), imageAfter(network, 3)], [image, image]);
  assert.deepEqual(imageBefore(network, 7), image);
  assert.deepEqual([imageBefore(network, 3), imageAfter(network, 7)], [undefined, undefined]);
  checkVectors(network);
});

test('one pixel or one channel has one order only', () => {
  const network = networkOf(
    [{ type: 'reshape', shape: [1, 1, 9] }, { type: 'flatten' }, { type: 'dense', units: 1 }],
    [9],
  );
  checkVectors(network);
  assert.equal(imageBefore(network, 2), undefined);
  assert.equal(imageBefore(networkOf([{ type: 'flatten' }, { type: 'dense', units: 1 }], [3, 3, 1]), 1), undefined);
});

test('refuses an image that is reshaped from the latent vector itself', () => {
  const network = networkOf(
    [{ type: 'reshape', shape: [2, 2, 4] }, { type: 'flatten' }, { type: 'dense', units: 1 }],
    [16],
  );
  assert.throws(() => checkVectors(network), {
    code: 'config.not-importable',
    message: /layer 0 \(reshape\) makes an image \[2, 2, 4\] from a vector that does not come from a dense layer/,
  });
});
