import assert from 'node:assert/strict';
import { before, test } from 'node:test';
import { getGradient, getKernel, grad, Step, setBackend, square, sum, tensor1d } from '@tensorflow/tfjs-core';
import { registerOps } from '../../../src/engines/ops/register.ts';
import { useCpuBackend } from '../../helpers/cpu-backend.ts';

before(useCpuBackend);

test('registers the engine’s kernels, also in place of tfjs’s, and composed ones for the rest', async () => {
  const stock = getKernel(Step, 'cpu')!.kernelFunc;
  const calls: string[] = [];
  registerOps('cpu', [
    {
      kernelName: Step,
      kernelFunc: (parameters) => {
        calls.push(Step);
        return stock(parameters);
      },
    },
  ]);
  await setBackend('cpu');
  assert.deepEqual([...tensor1d([-1, 2]).step().dataSync()], [0, 1]);
  assert.deepEqual(calls, [Step]);
  for (const name of ['BiasAdd', 'BatchNormGradient', 'ApplyAdam']) assert.ok(getKernel(name, 'cpu'), name);
  registerOps('cpu', []); // a second time takes nothing away
  tensor1d([1]).step().dispose();
  assert.equal(calls.length, 2);
});

test('replaces the gradients of the activations only', () => {
  const saved = ['Relu', 'Tanh', 'Sigmoid'].map((name) => getGradient(name).outputsToSave);
  assert.deepEqual(saved, [[true], [true], [true]]);
  const gradient = grad((x) => sum(square(x)))(tensor1d([3]));
  assert.deepEqual([...gradient.dataSync()], [6]);
});
