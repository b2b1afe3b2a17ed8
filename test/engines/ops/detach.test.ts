import assert from 'node:assert/strict';
import { before, test } from 'node:test';
import { grad, memory, mul, sum, tensor1d, tidy } from '@tensorflow/tfjs-core';
import { detach } from '../../../src/engines/ops/detach.ts';
import { useCpuBackend } from '../../helpers/cpu-backend.ts';

before(useCpuBackend);

test('no gradient flows through a detached tensor', () => {
  const gradient = grad((x) => sum(mul(x, detach(x))))(tensor1d([1, 2, 3]));
  assert.deepEqual([...gradient.dataSync()], [1, 2, 3]); // of x c; of x^2 it would be 2 x
});

test('a detached tensor shares memory, which is freed when both are disposed', () => {
  const { numTensors, numDataBuffers } = memory();
  const x = tensor1d([1, 2, 3]);
  const detached = detach(x);
  assert.equal(memory().numDataBuffers, numDataBuffers + 1);
  x.dispose();
  assert.deepEqual([...detached.dataSync()], [1, 2, 3]);
  detached.dispose();
  assert.deepEqual([memory().numTensors, memory().numDataBuffers], [numTensors, numDataBuffers]);
  tidy(() => {
    detach(tensor1d([4]));
  });
  assert.deepEqual([memory().numTensors, memory().numDataBuffers], [numTensors, numDataBuffers]);
});
