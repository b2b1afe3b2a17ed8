import assert from 'node:assert/strict';
import { before, test } from 'node:test';
import { grad, mul, sum, tensor1d } from '@tensorflow/tfjs-core';
import { leakyReluGradientOp } from '../../../src/engines/ops/activations.ts';
import { runOp } from '../../../src/engines/ops/op.ts';
import { useCpuBackend } from '../../helpers/cpu-backend.ts';

before(useCpuBackend);

const x = () => tensor1d([-2, -0.5, 0, 0.5, 2]);
const dy = () => tensor1d([1, 2, 3, 4, 5]);

test('at 0 a leaky ReLU has its negative slope, and a ReLU has slope 0', async () => {
  const slopes = (name: 'relu' | 'leakyRelu') =>
    grad((input) => sum(mul(name === 'relu' ? input.relu() : input.leakyRelu(0.25), dy())))(x()).data();
  assert.deepEqual([...(await slopes('leakyRelu'))], [0.25, 0.5, 0.75, 4, 5]);
  assert.deepEqual([...(await slopes('relu'))], [0, 0, 0, 4, 5]);
});

test("a leaky ReLU's gradient is linear in dy with the same slopes, and constant in y", async () => {
  const through = (a: 'dy' | 'y') =>
    grad((input) => {
      const inputs = a === 'dy' ? { dy: input, y: x() } : { dy: dy(), y: input };
      return sum(mul(runOp(leakyReluGradientOp, inputs, { alpha: 0.25 }), tensor1d([10, 20, 30, 40, 50])));
    })(a === 'dy' ? dy() : x()).data();
  assert.deepEqual([...(await through('dy'))], [2.5, 5, 7.5, 40, 50]);
  assert.deepEqual([...(await through('y'))], [0, 0, 0, 0, 0]);
});
