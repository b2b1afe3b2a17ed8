import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { test } from 'node:test';
import { engine, tensor1d } from '@tensorflow/tfjs-core';
import { registerOps } from '../../../src/engines/ops/register.ts';
import { wasmKernels } from '../../../src/engines/wasm/kernels.ts';
import { statelessUniform } from '../../../src/engines/wasm/stateless-uniform.ts';
import { startWasm } from '../../../src/engines/wasm/threads.ts';

/** Computed by TensorFlow (test/fixtures/stateless-uniform/make.py), times 2^23. */
interface Golden {
  count: number;
  cases: { seed: [number, number]; first: number[]; last: number; sum: number }[];
}

const golden: Golden = JSON.parse(
  readFileSync(new URL('../../fixtures/stateless-uniform/golden.json', import.meta.url), 'utf8'),
);

function check(values: Float32Array, { first, last, sum }: Golden['cases'][number]): void {
  const integers = Array.from(values, (value) => value * 2 ** 23);
  assert.deepEqual(integers.slice(0, first.length), first);
  assert.equal(integers.at(-1), last);
  assert.equal(
    integers.reduce((total, value) => total + value, 0),
    sum,
  );
}

for (const expected of golden.cases) {
  test(`seed ${expected.seed} gives TensorFlow's numbers bit for bit`, () => {
    check(statelessUniform(golden.count, ...expected.seed), expected);
  });
}

test('a count that is not a multiple of four gives a prefix of the stream', () => {
  assert.deepEqual(statelessUniform(7, 1, 2), statelessUniform(8, 1, 2).slice(0, 7));
  assert.equal(statelessUniform(0, 1, 2).length, 0);
});

test('the kernel returns the same numbers in the requested shape', async () => {
  await startWasm(1);
  registerOps('wasm', wasmKernels);
  for (const expected of golden.cases) {
    const seed = tensor1d(expected.seed, 'int32');
    const output = engine().runKernel('StatelessUniform', { seed }, { shape: [golden.count / 10, 5, 2] });
    assert.ok(!Array.isArray(output));
    assert.deepEqual(output.shape, [golden.count / 10, 5, 2]);
    check(output.dataSync<'float32'>(), expected);
  }
});
