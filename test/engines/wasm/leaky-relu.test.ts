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

const x = () => tf.tensor2d([-2, -0.5, 0, 0.25, 3, -1], [2, 3]);
const dy = () => tf.tensor2d([1, 2, 3, 4, 5, -6], [2, 3]);

function run(kernel: string, inputs: tf.NamedTensorMap, attributes: tf.NamedAttrMap = {}): number[] {
  const result = tf.engine().runKernel(kernel, inputs, attributes) as tf.Tensor;
  assert.deepEqual(result.shape, [2, 3]);
  return [...result.dataSync()];
}

test('LeakyReLU is x where positive, else slope times x', () => {
  assert.deepEqual([...tf.leakyRelu(x(), 0.25).dataSync()], [-0.5, -0.125, 0, 0.25, 3, -0.25]);
});

test('LeakyReLU multiplies in float32, as PyTorch does', () => {
  // torch.nn.functional.leaky_relu(torch.tensor([-0.7]), 0.3).double().item()
  assert.equal(tf.leakyRelu(tf.scalar(-0.7), 0.3).dataSync()[0], -0.21000000834465027);
});

test('the gradient of LeakyReLU is dy where x is positive, else slope times dy', () => {
  assert.deepEqual(run('LeakyReluGradient', { dy: dy(), y: x() }, { alpha: 0.5 }), [0.5, 1, 1.5, 4, 5, -3]);
});

test('the gradient of ReLU is dy where its output is positive, else 0', () => {
  const y = tf.tensor2d([0, 0, 0, 0.25, 3, 0], [2, 3]);
  assert.deepEqual(
    run('ReluGradient', { dy: dy(), y }).map((value) => value + 0), // -0 and 0 are one here
    [0, 0, 0, 4, 5, 0],
  );
});

test('the gradient handles the smallest normal number and infinity', () => {
  const y = tf.tensor2d([1.1754943508222875e-38, 0, -1.1754943508222875e-38, Infinity, -Infinity, -0], [2, 3]);
  assert.deepEqual(run('LeakyReluGradient', { dy: tf.fill([2, 3], 4), y }, { alpha: 0.25 }), [4, 1, 1, 4, 1, 1]);
});

test('a slope of 1 is the identity', () => {
  assert.deepEqual([...tf.leakyRelu(x(), 1).dataSync()], [-2, -0.5, 0, 0.25, 3, -1]);
  assert.deepEqual(run('LeakyReluGradient', { dy: dy(), y: x() }, { alpha: 1 }), [1, 2, 3, 4, 5, -6]);
});

test('NaN stays NaN, so that divergence is detected', () => {
  assert.ok(Number.isNaN(tf.leakyRelu(tf.scalar(Number.NaN), 0.2).dataSync()[0]));
});
