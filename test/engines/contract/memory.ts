// No leaks: the number of live tensors stays constant over 500 runs, and memory grows less than a margin after a warm-up.
import assert from 'node:assert/strict';
import { conv2d, mean, reshape, type Tensor, type Tensor1D, type Tensor4D, valueAndGrads } from '@tensorflow/tfjs-core';
import type { Engine, Feeds, HostValues, Program } from '../../../src/engines/engine.ts';
import { applyAdam } from '../../../src/engines/ops/adam.ts';
import { batchNorm } from '../../../src/engines/ops/batch-norm.ts';
import { biasAdd } from '../../../src/engines/ops/bias-add.ts';
import { sigmoidCrossEntropy } from '../../../src/engines/ops/sigmoid-cross-entropy.ts';
import { statelessUniform } from '../../../src/engines/ops/stateless-uniform.ts';
import { residentMiB } from '../../helpers/collect-garbage.ts';
import { hashedValues } from '../../helpers/hashed-values.ts';
import { type ContractTest, withProgram } from './contract-test.ts';

const images: [number, number, number, number] = [16, 32, 32, 4]; // 256 KiB
const kernel: [number, number, number, number] = [3, 3, 4, 1];
const padding: Parameters<typeof conv2d>[3] = [
  [0, 0],
  [1, 1],
  [1, 1],
  [0, 0],
];

/** The kinds of op in a training step, on tensors of 256 KiB, large enough for a leaked one to show. */
const program: Program = {
  variables: { w: kernel, m: kernel, v: kernel, bias: [1], scale: [4], offset: [4], moving: [4], last: images },
  functions: {
    step: {
      feeds: {
        images: { shape: images, dtype: 'float32' },
        pixels: { shape: images, dtype: 'uint8' },
        targets: { shape: [16, 1024], dtype: 'float32' },
        rates: { shape: [2], dtype: 'float32' },
        seed: { shape: [1], dtype: 'int32' },
      },
      body({ w, m, v, bias, scale, offset, moving }, feeds) {
        const noisy = feeds['images']!.mul(statelessUniform(images, feeds['seed'] as Tensor1D, 0)) as Tensor4D;
        const input = noisy.add(feeds['pixels']!.div(255)) as Tensor4D;
        const { value, grads } = valueAndGrads((filter: Tensor, factor: Tensor) => {
          const normalised = batchNorm(input, factor as Tensor1D, offset as Tensor1D, 1e-3);
          const y = biasAdd(conv2d(normalised.y.leakyRelu(0.2), filter as Tensor4D, 1, padding), bias as Tensor1D);
          return sigmoidCrossEntropy(reshape(y, [16, 1024]), feeds['targets']!);
        })([w!, scale!]);
        const [stepSize, epsilon] = feeds['rates']!.unstack();
        const rates = { stepSize: stepSize!.asScalar(), epsilon: epsilon!.asScalar() };
        const next = applyAdam({ weight: w!, m: m!, v: v! }, grads[0]!, rates, { beta1: 0.5, beta2: 0.9 });
        return {
          outputs: { loss: value, mean: mean(input) },
          updates: {
            w: next.weight,
            m: next.m,
            v: next.v,
            last: input,
            scale: scale!.sub(grads[1]!.mul(0.01)),
            moving: moving!.mul(0.9).add(0.1),
          },
        };
      },
    },
  },
};

const values = Object.fromEntries(
  Object.entries(program.variables).map(([name, shape]) => [
    name,
    hashedValues(
      name,
      shape.reduce((product, side) => product * side, 1),
    ).map((value) => (name === 'v' ? 0 : value)),
  ]),
) as HostValues;

const feeds: Feeds = {
  images: hashedValues('images', 65_536),
  pixels: new Uint8Array(65_536).fill(100),
  targets: new Float32Array(16_384).fill(1),
  rates: Float32Array.of(0.001, 1e-8),
  seed: Int32Array.of(3),
};

const rounds = 3;
const runsPerRound = 170;

/**
 * One leaked tensor of 256 KiB per run would be 42 MiB in every round. Allocators also grow now and then, but not in every
 * round, so the round with the least growth counts.
 */
const marginMiB = 12;

async function grownMiB(round: () => Promise<void>): Promise<number> {
  const before = await residentMiB();
  await round();
  return (await residentMiB()) - before;
}

const runTest: ContractTest = {
  name: `${rounds * runsPerRound} runs leak no tensor and at most ${marginMiB} MiB`,
  run: (engine) =>
    withProgram(engine, program, values, async (compiled) => {
      const runMany = async (count: number) => {
        for (let run = 0; run < count; run++) await compiled.run('step', feeds);
      };
      await runMany(50); // warm-up
      const tensors = engine.liveTensors();
      const grown: number[] = [];
      for (let round = 0; round < rounds; round++) grown.push(await grownMiB(() => runMany(runsPerRound)));
      assert.equal(engine.liveTensors(), tensors);
      assert.ok(Math.min(...grown) < marginMiB, `grew by ${grown.map(Math.round)} MiB`);
    }),
};

const writeTest: ContractTest = {
  name: 'writing and reading leak no tensor',
  run: (engine) =>
    withProgram(engine, program, values, async (compiled) => {
      const tensors = engine.liveTensors();
      for (let round = 0; round < 3; round++) {
        await compiled.write(values);
        await compiled.read();
      }
      assert.equal(engine.liveTensors(), tensors);
    }),
};

const programCount = 10;

/** Includes a program that fails to compile, and one that rejects its feeds. */
const disposeTest: ContractTest = {
  name: `${rounds * programCount} programs compiled and disposed of leak no tensor and at most ${marginMiB} MiB`,
  async run(engine) {
    await makeAndDispose(engine);
    const tensors = engine.liveTensors();
    const makeMany = async () => {
      for (let count = 0; count < programCount; count++) await makeAndDispose(engine);
    };
    const grown: number[] = [];
    for (let round = 0; round < rounds; round++) grown.push(await grownMiB(makeMany));
    assert.equal(engine.liveTensors(), tensors);
    assert.ok(Math.min(...grown) < marginMiB, `grew by ${grown.map(Math.round)} MiB`);
  },
};

const floats = 2 ** 20; // 4 MiB; ten of them would be 40

const held: Program = {
  variables: { a: [floats] },
  functions: { twice: { feeds: {}, body: ({ a }) => ({ outputs: {}, updates: { a: a!.mul(2) } }) } },
};

async function makeAndDispose(engine: Engine): Promise<void> {
  await withProgram(engine, held, { a: new Float32Array(floats).fill(1) }, async (compiled) => {
    await compiled.run('twice', {});
    await assert.rejects(compiled.run('twice', feeds));
  });
  const broken: Program = {
    variables: held.variables,
    functions: { fail: { feeds: {}, body: ({ a }) => ({ outputs: { sum: a!.add(a!.slice([0], [3])) } }) } },
  };
  await assert.rejects(
    withProgram(engine, broken, { a: new Float32Array(floats) }, (compiled) => compiled.run('fail', {})),
    /broadcast|shape/i,
  );
}

export const memoryTests: ContractTest[] = [runTest, writeTest, disposeTest];
