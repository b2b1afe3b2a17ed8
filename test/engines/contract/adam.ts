// Adam: two steps by hand, several by PyTorch, and the values a function reads during an update.
import assert from 'node:assert/strict';
import { mul, type Scalar, type Tensor, unstack } from '@tensorflow/tfjs-core';
import type { Engine, Program, ProgramFunction, Tensors } from '../../../src/engines/engine.ts';
import { type AdamState, applyAdam } from '../../../src/engines/ops/adam.ts';
import { adamRates } from '../../../src/training/optimizer.ts';
import { hashedValues } from '../../helpers/hashed-values.ts';
import { relativeError } from '../../helpers/relative-error.ts';
import { type ContractTest, withProgram } from './contract-test.ts';
import { golden } from './golden.ts';

interface Betas {
  beta1: number;
  beta2: number;
}

/** Programs here have one weight of `size` values, w, with its moments. */
function adamProgram(size: number, functions: Record<string, ProgramFunction>): Program {
  return { variables: { w: [size], m: [size], v: [size] }, functions };
}

function startAt(weight: readonly number[] | Float32Array): Record<'w' | 'm' | 'v', Float32Array> {
  const zeros = new Float32Array(weight.length);
  return { w: Float32Array.from(weight), m: zeros, v: zeros };
}

function stateOf({ w, m, v }: Tensors): AdamState {
  return { weight: w!, m: m!, v: v! };
}

function ratesIn(rates: Tensor): { stepSize: Scalar; epsilon: Scalar } {
  const [stepSize, epsilon] = unstack(rates) as Scalar[];
  return { stepSize: stepSize!, epsilon: epsilon! };
}

function updatesOf({ weight, m, v }: AdamState): Tensors {
  return { w: weight, m, v };
}

function stepFunction(size: number, betas: Betas): ProgramFunction {
  return {
    feeds: { gradient: { shape: [size], dtype: 'float32' }, rates: { shape: [2], dtype: 'float32' } },
    body: (variables, feeds) => ({
      outputs: {},
      updates: updatesOf(applyAdam(stateOf(variables), feeds['gradient']!, ratesIn(feeds['rates']!), betas)),
    }),
  };
}

/** Relative, Euclidean. TensorFlow computes 1 - beta2 in float32: 1 - float32(0.999) is 1.3e-5 too small, and so is v. */
const tolerances = { w: 1e-6, m: 1e-6, v: 2e-5 };

function assertState(state: Record<string, Float32Array>, expected: Record<'w' | 'm' | 'v', ArrayLike<number>>): void {
  for (const name of ['w', 'm', 'v'] as const) {
    const error = relativeError(state[name]!, expected[name]);
    assert.ok(error < tolerances[name], `${name} = ${state[name]}, off by ${error}`);
  }
}

/*
 * Two steps by hand: rate 0.1, beta1 0.5, beta2 0.9, gradients 0.5 and 0.25, from w = 1.
 *
 *   step 1: m = 0.5 0 + 0.5 0.5 = 0.25                       v = 0.9 0 + 0.1 0.25 = 0.025
 *           mHat = 0.25 / (1 - 0.5) = 0.5                    vHat = 0.025 / (1 - 0.9) = 0.25
 *           w = 1 - 0.1 0.5 / (sqrt(0.25) + epsilon)
 *   step 2: m = 0.5 0.25 + 0.5 0.25 = 0.25                   v = 0.9 0.025 + 0.1 0.0625 = 0.02875
 *           mHat = 0.25 / (1 - 0.25) = 1/3                   vHat = 0.02875 / (1 - 0.81) = 0.151315789
 *           w = w - 0.1 / 3 / (sqrt(0.151315789) + epsilon)  sqrt(vHat) = 0.388993302
 *
 *   epsilon 1e-8: w = 1 - 0.05 / 0.5 = 0.9,      then 0.9 - 0.033333333 / 0.388993302 = 0.814308715
 *   epsilon 0.1:  w = 1 - 0.05 / 0.6 = 0.916667, then 0.916666667 - 0.033333333 / 0.488993302 = 0.848499518
 */
const byHand = [
  { epsilon: 1e-8, weights: [0.9, 0.814308715] },
  { epsilon: 0.1, weights: [0.916666667, 0.848499518] },
];
const handOptions = { learningRate: 0.1, beta1: 0.5, beta2: 0.9 };
const gradients = [0.5, 0.25];
const moments = [
  { m: [0.25], v: [0.025] },
  { m: [0.25], v: [0.02875] },
];

function handRates(step: number, epsilon = 1e-8): Float32Array {
  return Float32Array.from(adamRates({ ...handOptions, epsilon, form: 'pytorch' }, handOptions.learningRate, step));
}

const handTests = byHand.map(
  ({ epsilon, weights }): ContractTest => ({
    name: `Adam with epsilon ${epsilon}: two steps by hand`,
    run: (engine) =>
      withProgram(engine, adamProgram(1, { step: stepFunction(1, handOptions) }), startAt([1]), async (compiled) => {
        for (const [index, gradient] of gradients.entries()) {
          await compiled.run('step', { gradient: Float32Array.of(gradient), rates: handRates(index + 1, epsilon) });
          assertState(await compiled.read(), { w: [weights[index]!], ...moments[index]! });
        }
      }),
  }),
);

const torchTests = golden.adam.map(
  ({ name, options, steps, weight, m, v }): ContractTest => ({
    name: `${name}: ${steps} steps`,
    async run(engine) {
      const program = adamProgram(6, { step: stepFunction(6, options) });
      await withProgram(engine, program, startAt(hashedValues(`${name}/weight`, 6)), async (compiled) => {
        for (let step = 1; step <= steps; step++) {
          const gradient = hashedValues(`${name}/gradient ${step}`, 6).map((value) => value * 10 ** (1 - step));
          await compiled.run('step', {
            gradient,
            rates: Float32Array.from(adamRates({ ...options, form: 'pytorch' }, options.learningRate, step)),
          });
        }
        assertState(await compiled.read(), { w: weight, m, v });
      });
    },
  }),
);

/** Runs a function of one feed, `rates` of steps 1 and 2, on w = 1. @returns its outputs and the state afterwards */
async function runInOne(
  engine: Engine,
  body: (state: AdamState, step: (from: AdamState, index: number) => AdamState) => ReturnType<ProgramFunction['body']>,
): Promise<{ outputs: Record<string, Float32Array>; after: Record<string, Float32Array> }> {
  const both: ProgramFunction = {
    feeds: { rates: { shape: [2, 2], dtype: 'float32' }, gradients: { shape: [2, 1], dtype: 'float32' } },
    body(variables, feeds) {
      const rates = unstack(feeds['rates']!);
      const fed = unstack(feeds['gradients']!);
      const step = (from: AdamState, index: number) =>
        applyAdam(from, fed[index]!, ratesIn(rates[index]!), handOptions);
      return body(stateOf(variables), step);
    },
  };
  return withProgram(engine, adamProgram(1, { both }), startAt([1]), async (compiled) => {
    const rates = Float32Array.of(...handRates(1), ...handRates(2));
    const outputs = await compiled.run('both', { rates, gradients: Float32Array.from(gradients) });
    return { outputs, after: await compiled.read() };
  });
}

const [first, second] = byHand[0]!.weights as [number, number];

const orderTests: ContractTest[] = [
  {
    name: 'Adam twice on one variable in one function',
    async run(engine) {
      const { outputs, after } = await runInOne(engine, (start, step) => {
        const once = step(start, 0);
        const twice = step(once, 1);
        return { outputs: { once: mul(once.weight, 1), twice: mul(twice.weight, 1) }, updates: updatesOf(twice) };
      });
      assert.ok(relativeError(outputs['once']!, [first]) < 1e-6);
      assert.ok(relativeError(outputs['twice']!, [second]) < 1e-6);
      assertState(after, { w: [second], ...moments[1]! });
    },
  },
  {
    name: 'a function reads the old weight as before Adam and the new one as after, in any order',
    async run(engine) {
      const { outputs, after } = await runInOne(engine, (start, step) => {
        const before = mul(start.weight, 10);
        const next = step(start, 0);
        const late = mul(start.weight, 10);
        return {
          outputs: { before, late, old: start.weight, fresh: mul(next.weight, 10), next: next.weight },
          updates: updatesOf(next),
        };
      });
      for (const name of ['before', 'late']) assert.deepEqual(outputs[name], Float32Array.of(10), name);
      assert.deepEqual(outputs['old'], Float32Array.of(1));
      assert.ok(relativeError(outputs['fresh']!, [10 * first]) < 1e-6);
      assert.ok(relativeError(outputs['next']!, [first]) < 1e-6);
      assertState(after, { w: [first], ...moments[0]! });
    },
  },
  {
    name: "a weight may be updated to a value computed from Adam's result",
    async run(engine) {
      const { after } = await runInOne(engine, (start, step) => {
        const next = step(start, 0);
        return { outputs: {}, updates: { ...updatesOf(next), w: mul(next.weight, 2) } };
      });
      assertState(after, { w: [2 * first], ...moments[0]! });
    },
  },
  {
    name: 'Adam changes only variables that are among the updates',
    async run(engine) {
      const { outputs, after } = await runInOne(engine, (start, step) => {
        const trial = step(start, 0);
        return { outputs: { trial: trial.weight }, updates: { m: trial.m } };
      });
      assert.ok(relativeError(outputs['trial']!, [first]) < 1e-6);
      assertState(after, { w: [1], m: moments[0]!.m, v: [0] });
    },
  },
];

export const adamTests: ContractTest[] = [...handTests, ...torchTests, ...orderTests];
