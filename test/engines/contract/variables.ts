// Variables and feeds: written values are read back, updates apply, types convert as declared, and caller memory is untouched.
import assert from 'node:assert/strict';
import { add, greater, mul, scalar, square, sub } from '@tensorflow/tfjs-core';
import type { Program } from '../../../src/engines/engine.ts';
import { applyAdam } from '../../../src/engines/ops/adam.ts';
import { hashedValues } from '../../helpers/hashed-values.ts';
import { type ContractTest, runOnce, withProgram } from './contract-test.ts';

/** Two variables; `swap` exchanges them, `addTo` adds a feed to a and returns both old values. */
const pair: Program = {
  variables: { a: [3], b: [3] },
  functions: {
    swap: { feeds: {}, body: ({ a, b }) => ({ outputs: {}, updates: { a: b!, b: a! } }) },
    addTo: {
      feeds: { x: { shape: [3], dtype: 'float32' } },
      body: ({ a, b }, { x }) => ({ outputs: { a: a!, b: b! }, updates: { a: add(a!, x!) } }),
    },
    take: {
      feeds: { x: { shape: [3], dtype: 'float32' } },
      body: (_, { x }) => ({ outputs: {}, updates: { a: x! } }),
    },
  },
};

const start = { a: Float32Array.of(1, 2, 3), b: Float32Array.of(-1, 0.5, 1e-30) };

const variableTests: ContractTest[] = [
  {
    name: 'reads what was written, all variables or the named ones',
    run: (engine) =>
      withProgram(engine, pair, start, async (compiled) => {
        assert.deepEqual(await compiled.read(), start);
        assert.deepEqual(await compiled.read(['b']), { b: start.b });
        assert.deepEqual(await compiled.read([]), {});
        await compiled.write({ b: start.a });
        await compiled.write({});
        assert.deepEqual(await compiled.read(), { a: start.a, b: start.a });
      }),
  },
  {
    name: 'read returns a copy',
    run: (engine) =>
      withProgram(engine, pair, start, async (compiled) => {
        (await compiled.read())['a']!.fill(9);
        (await compiled.run('addTo', { x: new Float32Array(3) }))['a']!.fill(9);
        assert.deepEqual(await compiled.read(), start);
      }),
  },
  {
    name: 'updates are applied after the outputs are computed',
    run: (engine) =>
      withProgram(engine, pair, start, async (compiled) => {
        assert.deepEqual(await compiled.run('addTo', { x: Float32Array.of(10, 20, 30) }), start);
        assert.deepEqual(await compiled.read(), { ...start, a: Float32Array.of(11, 22, 33) });
      }),
  },
  {
    name: 'updates of a function without outputs are applied when it resolves; variables can be swapped',
    run: (engine) =>
      withProgram(engine, pair, start, async (compiled) => {
        assert.deepEqual(await compiled.run('swap', {}), {});
        assert.deepEqual(await compiled.read(), { a: start.b, b: start.a });
      }),
  },
  {
    name: 'two programs do not share variables of the same name',
    run: (engine) =>
      withProgram(engine, pair, start, (first) =>
        withProgram(engine, pair, { a: start.b, b: start.a }, async (second) => {
          await second.run('swap', {});
          await second.run('swap', {});
          await second.run('addTo', { x: Float32Array.of(1, 1, 1) });
          assert.deepEqual(await first.read(), start);
        }),
      ),
  },
];

const feedTests: ContractTest[] = [
  {
    name: 'uint8 feeds become float32 in 0..255',
    async run(engine) {
      const bytes = Uint8Array.from({ length: 256 }, (_, index) => index);
      const { same, half } = await runOnce(
        engine,
        {
          feeds: { bytes: { shape: [4, 64], dtype: 'uint8' } },
          body: (_, feeds) => ({ outputs: { same: feeds['bytes']!, half: mul(sub(feeds['bytes']!, 255), 0.5) } }),
        },
        { bytes },
      );
      assert.deepEqual(same, Float32Array.from(bytes));
      assert.deepEqual(
        half,
        Float32Array.from(bytes, (byte) => (byte - 255) / 2),
      );
    },
  },
  {
    name: 'accepts int32 and scalar feeds, unread feeds, and outputs that are not floats',
    async run(engine) {
      const found = await runOnce(
        engine,
        {
          feeds: {
            integers: { shape: [3], dtype: 'int32' },
            factor: { shape: [], dtype: 'float32' },
            unread: { shape: [2], dtype: 'uint8' },
          },
          body: (_, { integers, factor }) => ({
            outputs: {
              square: square(integers!),
              positive: greater(integers!, scalar(0, 'int32')),
              scaled: mul(integers!.toFloat(), factor!),
            },
          }),
        },
        { integers: Int32Array.of(-3, 0, 40_000), factor: Float32Array.of(0.5), unread: Uint8Array.of(1, 2) },
      );
      assert.deepEqual(found['square'], Float32Array.of(9, 0, 1_600_000_000));
      assert.deepEqual(found['positive'], Float32Array.of(0, 0, 1));
      assert.deepEqual(found['scaled'], Float32Array.of(-1.5, 0, 20_000));
    },
  },
];

const size = 5000; // large enough that no engine copies it by accident
const rates = { stepSize: 0.1, epsilon: 1e-8 };

const memoryOwner: Program = {
  variables: { w: [size], m: [size], v: [size] },
  functions: {
    take: {
      feeds: { x: { shape: [size], dtype: 'float32' } },
      body: (_, { x }) => ({ outputs: {}, updates: { w: x! } }),
    },
    adam: {
      feeds: { x: { shape: [size], dtype: 'float32' } },
      body({ w, m, v }, { x }) {
        const scalars = { stepSize: scalar(rates.stepSize), epsilon: scalar(rates.epsilon) };
        const next = applyAdam({ weight: w!, m: m!, v: v! }, x!, scalars, { beta1: 0.5, beta2: 0.9 });
        return { outputs: {}, updates: { w: next.weight, m: next.m, v: next.v } };
      },
    },
  },
};

/** An engine must not keep the caller's memory, whatever its alignment (TensorFlow adopts 64-byte aligned memory). */
const ownershipTest: ContractTest = {
  name: 'written and fed arrays are copied',
  async run(engine) {
    const values = hashedValues('values', size);
    const gradient = hashedValues('gradient', size);
    const zeros = new Float32Array(size);
    const memory = new Float32Array(size + 16);
    await withProgram(engine, memoryOwner, { w: zeros, m: zeros, v: zeros }, async (compiled) => {
      const check = async (when: string) => {
        memory.fill(7);
        assert.deepEqual((await compiled.read(['w']))['w'], values, when);
      };
      for (let offset = 0; offset < 16; offset++) {
        const view = memory.subarray(offset, offset + size);
        view.set(values);
        await compiled.write({ w: view });
        await check(`written from float ${offset}`);
        view.set(values);
        await compiled.run('take', { x: view });
        await check(`fed from float ${offset}`);
        view.set(values);
        await compiled.write({ w: view, m: zeros, v: zeros });
        await compiled.run('adam', { x: gradient });
        assert.deepEqual(view, values, `Adam wrote into the array at float ${offset}`);
      }
      assert.ok(zeros.every((value) => value === 0));
      assert.deepEqual(gradient, hashedValues('gradient', size));
    });
  },
};

export const variablesTests: ContractTest[] = [...variableTests, ...feedTests, ownershipTest];
