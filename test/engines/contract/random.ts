// Random numbers on the engine equal TensorFlow's for a seed (test/fixtures/stateless-uniform/make.py), and so do dropout's masks.
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import type { Tensor1D } from '@tensorflow/tfjs-core';
import { statelessUniform } from '../../../src/engines/ops/stateless-uniform.ts';
import { hashedValues } from '../../helpers/hashed-values.ts';
import { relativeError } from '../../helpers/relative-error.ts';
import { type ContractTest, runOnce, withProgram } from './contract-test.ts';
import { layerProgram } from './layer-program.ts';

interface GoldenUniform {
  count: number;
  /** Values times 2^23: the first few, the last, and the total. */
  cases: { seed: [number, number]; first: number[]; last: number; sum: number }[];
}

const { count, cases } = JSON.parse(
  readFileSync(new URL('../../fixtures/stateless-uniform/golden.json', import.meta.url), 'utf8'),
) as GoldenUniform;

const uniformTests = cases.map(
  ({ seed: [seed, draw], first, last, sum }): ContractTest => ({
    name: `statelessUniform with seed ${seed}, draw ${draw}, equals TensorFlow`,
    async run(engine) {
      const { values } = await runOnce(
        engine,
        {
          feeds: { seed: { shape: [1], dtype: 'int32' } },
          body: (_, feeds) => ({ outputs: { values: statelessUniform([count], feeds['seed'] as Tensor1D, draw) } }),
        },
        { seed: Int32Array.of(seed) },
      );
      const integers = Array.from(values!, (value) => value * 2 ** 23);
      assert.deepEqual(integers.slice(0, first.length), first);
      assert.equal(integers.at(-1), last);
      assert.equal(
        integers.reduce((total, value) => total + value, 0),
        sum,
      );
    },
  }),
);

const rate = 0.3;
const dropoutLayer = { type: 'dropout', rate };

const maskTest: ContractTest = {
  name: "dropout keeps the seed's values, divided by the keep rate, forward and backward",
  async run(engine) {
    const { seed, first } = cases[3]!; // -1, draw 7
    const kept = first.map((integer) => (integer / 2 ** 23 >= rate ? 1 / (1 - rate) : 0));
    assert.ok(kept.includes(0) && kept.some((value) => value > 0));
    const { program } = layerProgram('dropout', dropoutLayer, [1, first.length], seed[1]);
    const [x, dy] = [hashedValues('x', first.length), hashedValues('dy', first.length)];
    const noiseSeed = Int32Array.of(seed[0]);
    await withProgram(engine, program, {}, async (compiled) => {
      const { y } = await compiled.run('forward', { x, noiseSeed });
      assert.ok(
        relativeError(
          y!,
          kept.map((factor, index) => factor * x[index]!),
        ) < 1e-6,
      );
      const { x: dx } = await compiled.run('gradients', { x, dy, noiseSeed });
      assert.ok(
        relativeError(
          dx!,
          kept.map((factor, index) => factor * dy[index]!),
        ) < 1e-6,
      );
      assert.deepEqual((await compiled.run('inference', { x }))['y'], x);
    });
  },
};

const channelsTest: ContractTest = {
  name: "dropout of channels keeps the seed's channels in all pixels, forward and backward",
  async run(engine) {
    const { seed, first } = cases[3]!;
    const [images, pixels, channels] = [1, 6, first.length];
    const kept = first.map((integer) => (integer / 2 ** 23 >= rate ? 1 / (1 - rate) : 0));
    const shape = [images, 2, 3, channels];
    const { program } = layerProgram('dropout', { ...dropoutLayer, channels: true }, shape, seed[1]);
    const [x, dy] = [hashedValues('x', pixels * channels), hashedValues('dy', pixels * channels)];
    const noiseSeed = Int32Array.of(seed[0]);
    const masked = (values: Float32Array) => values.map((value, index) => value * kept[index % channels]!);
    await withProgram(engine, program, {}, async (compiled) => {
      assert.ok(relativeError((await compiled.run('forward', { x, noiseSeed }))['y']!, masked(x)) < 1e-6);
      assert.ok(relativeError((await compiled.run('gradients', { x, dy, noiseSeed }))['x']!, masked(dy)) < 1e-6);
      assert.deepEqual((await compiled.run('inference', { x }))['y'], x);
    });
  },
};

const rateTest: ContractTest = {
  name: 'dropout drops values at its rate and keeps the mean; another seed drops others',
  async run(engine) {
    const shape = [40, 500];
    const { program } = layerProgram('dropout', dropoutLayer, shape);
    const x = new Float32Array(20_000).fill(1);
    await withProgram(engine, program, {}, async (compiled) => {
      const masks: Float32Array[] = [];
      for (const seed of [1, 1, 2])
        masks.push((await compiled.run('forward', { x, noiseSeed: Int32Array.of(seed) }))['y']!);
      const share = masks[0]!.filter((value) => value === 0).length / x.length;
      assert.ok(Math.abs(share - rate) < 0.013, `drops ${share}`); // four standard deviations, sqrt(0.3 * 0.7 / 20000) each
      const mean = masks[0]!.reduce((sum, value) => sum + value, 0) / x.length;
      assert.ok(Math.abs(mean - 1) < 0.019, `mean ${mean}`); // the same divided by 0.7
      assert.deepEqual(masks[1], masks[0]);
      const changed = masks[2]!.filter((value, index) => value !== masks[0]![index]).length / x.length;
      assert.ok(Math.abs(changed - 2 * rate * (1 - rate)) < 0.014, `${changed} change with the seed`); // independent masks
    });
  },
};

export const randomTests: ContractTest[] = [...uniformTests, maskTest, channelsTest, rateTest];
