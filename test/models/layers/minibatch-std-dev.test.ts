import assert from 'node:assert/strict';
import { before, test } from 'node:test';
import { tensor } from '@tensorflow/tfjs-core';
import { groupSizeOf } from '../../../src/models/layers/minibatch-std-dev.ts';
import { useCpuBackend } from '../../helpers/cpu-backend.ts';
import { networkOf } from '../../helpers/tiny-network.ts';
import { apply, assertClose } from './apply-layer.ts';

before(useCpuBackend);

test('adds the mean deviation of its group to each image', () => {
  const network = networkOf([{ type: 'minibatchStdDev', groupSize: 2 }], [1, 1, 2]);
  assert.deepEqual([...network.output], [1, 1, 3]);
  // groups {0, 2} and {1, 3}; deviations 1 and 3, mean 2; and 0 and 5, mean 2.5
  const x = tensor([0, 4, 7, 1, 2, 10, 7, 11], [4, 1, 1, 2]);
  assertClose(apply(network, x, {}).y, [0, 4, 2, 7, 1, 2.5, 2, 10, 2, 7, 11, 2.5], 1e-4);
});

test('gives equal images a deviation of the root of epsilon', () => {
  const network = networkOf([{ type: 'minibatchStdDev' }], [1, 1, 1]);
  assertClose(apply(network, tensor([3, 3, 3, 3], [4, 1, 1, 1]), {}).y, [3, 1e-4, 3, 1e-4, 3, 1e-4, 3, 1e-4], 1e-7);
});

test('divides the batch into equal groups, and takes the whole batch instead of groups of one', () => {
  const sizes = (wanted: number) => [1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 13, 64].map((batch) => groupSizeOf(batch, wanted));
  assert.deepEqual(sizes(4), [1, 2, 3, 4, 5, 3, 7, 4, 3, 2, 13, 4]);
  assert.deepEqual(sizes(2), [1, 2, 3, 2, 5, 2, 7, 2, 9, 2, 13, 2]);
});

test('rejects vectors for minibatchStdDev', () => {
  assert.throws(() => networkOf([{ type: 'minibatchStdDev' }], [8]), {
    code: 'config.shape',
    message: /minibatchStdDev needs an image/,
  });
});
