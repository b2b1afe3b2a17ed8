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

const copies: Record<string, (x: tf.Tensor) => tf.Tensor> = {
  clone: (x) => x.clone(),
  'cast to the same type': (x) => tf.engine().runKernel('Cast', { x }, { dtype: x.dtype }) as tf.Tensor,
};

for (const [name, copyOf] of Object.entries(copies)) {
  test(`${name} shares the memory until both tensors are disposed`, () => {
    const { numTensors, numDataBuffers } = tf.memory();
    const x = tf.tensor2d([1, 2, 3, 4], [2, 2]);
    const copy = copyOf(x);
    assert.deepEqual([copy.shape, copy.dtype], [[2, 2], 'float32']);
    assert.equal(tf.memory().numDataBuffers, numDataBuffers + 1);
    x.dispose();
    tf.fill([4], 9).dispose(); // would be put where x was
    assert.deepEqual([...copy.dataSync()], [1, 2, 3, 4]);
    copy.dispose();
    assert.deepEqual([tf.memory().numTensors, tf.memory().numDataBuffers], [numTensors, numDataBuffers]);
  });
}

test('a cast to another type converts the values', () => {
  const whole = tf.cast(tf.tensor1d([1.5, -2.5, 0]), 'int32');
  assert.deepEqual([whole.dtype, ...whole.dataSync()], ['int32', 1, -2, 0]);
  const numbers = tf.cast(tf.tensor1d([true, false]), 'float32');
  assert.deepEqual([numbers.dtype, ...numbers.dataSync()], ['float32', 1, 0]);
});
