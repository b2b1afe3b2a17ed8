import assert from 'node:assert/strict';
import { test } from 'node:test';
import {
  add,
  greater,
  keep,
  matMul,
  mul,
  ones,
  relu,
  reshape,
  scalar,
  sum,
  type Tensor,
  tensor,
  tensor1d,
  transpose,
} from '@tensorflow/tfjs-core';
import type { Program, ProgramFunction } from '../../../../src/engines/engine.ts';
import { openEngine } from '../../../../src/engines/open.ts';
import { applyAdam } from '../../../../src/engines/ops/adam.ts';
import { DcganError } from '../../../../src/errors.ts';
import { noTensorflow } from '../../../helpers/tensorflow.ts';

type Body = ProgramFunction['body'];

function programOf(body: Body): Program {
  return { variables: { w: [100], m: [100], v: [100] }, functions: { wrong: { feeds: {}, body } } };
}

/** Asserts that compilation fails with this code and the function's name, leaks nothing, and leaves the engine usable. */
function refuses(what: string, code: string, body: Body): void {
  test(`recording rejects ${what}`, { skip: noTensorflow }, async () => {
    const { engine } = await openEngine('tensorflow');
    const before = engine.liveTensors();
    await assert.rejects(engine.compile(programOf(body), { precision: 'float32' }), (error) => {
      assert.ok(error instanceof DcganError, String(error));
      assert.equal(error.code, code);
      assert.match(error.message, /'wrong'/);
      return true;
    });
    assert.equal(engine.liveTensors(), before);
    const sound = await engine.compile(
      programOf(({ w }) => ({ outputs: { sum: sum(w!) } })),
      { precision: 'float32' },
    );
    const zeros = new Float32Array(100);
    await sound.write({ w: new Float32Array(100).fill(2), m: zeros, v: zeros });
    assert.deepEqual(await sound.run('wrong', {}), { sum: Float32Array.of(200) });
    sound.dispose();
    assert.equal(engine.liveTensors(), before);
  });
}

refuses('to read a value with dataSync', 'engine.read-while-recording', ({ w }) => ({
  outputs: { w: mul(w!, sum(w!).dataSync()[0]!) },
}));

refuses('to read a value with array(), which only rejects', 'engine.read-while-recording', ({ w }) => {
  const read: Promise<unknown> = sum(w!).array();
  read.catch(() => {});
  return { outputs: { w: w! } };
});

refuses('a large tensor made in JavaScript', 'engine.large-constant', ({ w }) => ({
  outputs: { w: add(w!, tensor1d(Float32Array.from({ length: 100 }, () => Math.random()))) },
}));

const betas = { beta1: 0.5, beta2: 0.9 };
const rates = () => ({ stepSize: scalar(0.1), epsilon: scalar(1e-8) });

refuses('Adam on a tensor that is not a variable', 'engine.adam-not-in-place', ({ w, m, v }) => {
  const next = applyAdam({ weight: mul(w!, 2), m: m!, v: v! }, w!, rates(), betas);
  return { outputs: {}, updates: { w: next.weight } };
});

refuses('Adam from a value of before an earlier update', 'engine.adam-not-in-place', ({ w, m, v }) => {
  const once = applyAdam({ weight: w!, m: m!, v: v! }, w!, rates(), betas);
  const twice = applyAdam({ weight: w!, m: once.m, v: once.v }, w!, rates(), betas);
  return { outputs: {}, updates: { w: twice.weight } };
});

test('recording rejects a tensor created outside the function', { skip: noTensorflow }, async () => {
  const { engine } = await openEngine('tensorflow');
  const outside: Tensor = keep(mul(tensor([1, 2, 3]), 2)); // computed, so it is on the engine
  const program = programOf(({ w }) => ({ outputs: { sum: add(sum(w!), sum(outside)) } }));
  await assert.rejects(engine.compile(program, { precision: 'float32' }), {
    code: 'engine.outside-tensor',
    message: /'wrong'/,
  });
  outside.dispose();
});

test('recording accepts small tensors created in JavaScript, and large ones of equal values', {
  skip: noTensorflow,
}, async () => {
  const { engine } = await openEngine('tensorflow');
  const before = engine.liveTensors();
  const small = Array.from({ length: 64 }, (_, index) => index);
  const sound = programOf(({ w }) => ({
    outputs: { ones: add(w!, ones([100])), small: mul(tensor1d(small), 2), flags: tensor1d([true, false], 'bool') },
  }));
  const compiled = await engine.compile(sound, { precision: 'float32' });
  const zeros = new Float32Array(100);
  await compiled.write({ w: zeros, m: zeros, v: zeros });
  const found = await compiled.run('wrong', {});
  assert.deepEqual(found['ones'], new Float32Array(100).fill(1));
  assert.deepEqual(
    found['small'],
    Float32Array.from(small, (value) => 2 * value),
  );
  assert.deepEqual(found['flags'], Float32Array.of(1, 0));
  compiled.dispose();
  assert.equal(engine.liveTensors(), before);
});

test('a trace has the right shapes and types for tensors it does not compute', { skip: noTensorflow }, async () => {
  const { engine } = await openEngine('tensorflow');
  const program: Program = {
    variables: {},
    functions: {
      moved: {
        feeds: {
          whole: { shape: [2, 3], dtype: 'int32' },
          one: { shape: [1, 2, 3], dtype: 'float32' },
          many: { shape: [4, 3, 1], dtype: 'float32' },
        },
        body: (_, { whole, one, many }) => ({
          outputs: {
            whole: transpose(relu(whole!)),
            larger: transpose(greater(one!, 2)),
            product: sum(reshape(matMul(one!, many!), [4, 2]), 0), // one is broadcast to [4, 2, 3]
          },
        }),
      },
    },
  };
  const compiled = await engine.compile(program, { precision: 'float32' });
  const feeds = {
    whole: Int32Array.of(1, -2, 3, 4, 5, -6),
    one: Float32Array.of(1, 2, 3, 4, 5, 6),
    many: Float32Array.of(1, 0, 0, 0, 1, 0, 0, 0, 1, 1, 1, 1),
  };
  assert.deepEqual(await compiled.run('moved', feeds), {
    whole: Float32Array.of(1, 4, 0, 5, 3, 0),
    larger: Float32Array.of(0, 1, 0, 1, 1, 1),
    product: Float32Array.of(1 + 2 + 3 + 6, 4 + 5 + 6 + 15),
  });
  compiled.dispose();
});
