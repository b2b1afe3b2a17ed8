import assert from 'node:assert/strict';
import { before, test } from 'node:test';
import { compileEagerly } from '../../src/engines/eager.ts';
import type { HostValues } from '../../src/engines/engine.ts';
import { averagedGenerator, averageVariables, decayAt, initialAverages } from '../../src/models/average.ts';
import { latentsOfSeeds } from '../../src/models/latents.ts';
import { buildNetworks } from '../../src/models/networks.ts';
import { samplerFeeds, samplerProgram } from '../../src/models/sampler.ts';
import { createFeeder } from '../../src/training/feeds.ts';
import { functionNames, startingValues, trainingProgram } from '../../src/training/program.ts';
import { generatorPasses, planSchedule } from '../../src/training/schedule.ts';
import { useCpuBackend } from '../helpers/cpu-backend.ts';
import { numberedPictures } from '../helpers/numbered-pictures.ts';
import { tinyConfig } from '../helpers/temporary-run.ts';
import { configOf } from '../helpers/tiny-network.ts';

before(useCpuBackend);

const decay = 0.4;
const samples = 3;

/** Trains the tiny GAN with averages. @returns all variables before the first and after every step */
async function train(training: Record<string, unknown>, steps: number) {
  const config = configOf({ ...tinyConfig(), training: { steps: 100, batchSize: 4, ema: { decay }, ...training } });
  const networks = buildNetworks(config);
  const program = trainingProgram(config, networks, [4, 2], samples);
  const compiled = compileEagerly(program);
  const feedStep = createFeeder(config, numberedPictures(10), program, planSchedule(config, 10));
  await compiled.write(startingValues(program, config, networks));
  const history = [await compiled.read()];
  for (let step = 0; step < steps; step++) {
    for (const { name, feeds } of feedStep(step)) await compiled.run(name, feeds);
    history.push(await compiled.read());
  }
  return { config, compiled, generator: networks.generator, history };
}

const trained = [
  'generator/0/kernel',
  'generator/1/gamma',
  'generator/1/beta',
  'generator/4/kernel',
  'generator/4/bias',
];

test('keeps an average of every trainable weight, which starts as the weight', async () => {
  const { generator, history } = await train({}, 0);
  assert.deepEqual(
    Object.keys(averageVariables(generator)),
    trained.map((name) => `average/${name}`),
  );
  for (const name of trained) assert.deepEqual(history[0]![`average/${name}`], history[0]![name]);
});

test('updates the average by the formula at every step, with smaller decays at first', async () => {
  // tf.train.ExponentialMovingAverage: min(decay, (1 + t) / (10 + t)); 2/11, 3/12, 4/13, 5/14, 6/15 = 0.4, 0.4, 0.4
  const decays = [2 / 11, 3 / 12, 4 / 13, 5 / 14, 0.4, 0.4, 0.4];
  const { history, generator } = await train({}, decays.length);
  const expected: HostValues = initialAverages(generator, history[0]!);
  for (const [index, share] of decays.entries()) {
    const after = history[index + 1]!;
    assert.equal(decayAt(decay, index + 1), share);
    for (const name of trained) {
      const average = `average/${name}`;
      expected[average] = expected[average]!.map((old, at) => share * old + (1 - share) * after[name]![at]!);
      after[average]!.forEach((value, at) => {
        assert.ok(Math.abs(value - expected[average]![at]!) < 1e-6, `${average}, step ${index + 1}`);
      });
    }
  }
  const last = history.at(-1)!;
  assert.notDeepEqual(last['average/generator/0/kernel'], last['generator/0/kernel']);
});

test('counts every generator update, including those on their own latents', async () => {
  const { history } = await train({ generatorSteps: 2, discriminatorSteps: 2, ema: { decay: 0 } }, 2);
  // with decay 0 the average is the weight
  for (const name of trained) assert.deepEqual(history[2]![`average/${name}`], history[2]![name]);
});

test("samples from the averages, with the generator's current statistics", async () => {
  for (const training of [{}, { freshLatents: true, order: 'generator-first' }]) {
    const { config, compiled, generator, history } = await train(training, 6);
    const last = history.at(-1)!;
    const feeds = samplerFeeds(latentsOfSeeds(config.generator.latent, [0, 1, 2]), generatorPasses(config, 6));
    const { images } = await compiled.run(functionNames.sample, feeds);
    const sampleWith = async (values: HostValues) => {
      const sampler = compileEagerly(samplerProgram(config, generator, samples));
      await sampler.write(values);
      return (await sampler.run('sample', feeds))['images'];
    };
    const averaged = averagedGenerator(generator, last);
    assert.deepEqual(images, await sampleWith(averaged));
    const statistics = Object.keys(averaged).filter((name) => name.includes('moving'));
    assert.equal(statistics.length, 2);
    for (const name of statistics) assert.deepEqual(averaged[name], last[name]);
    const plain = Object.fromEntries(Object.keys(averaged).map((name) => [name, last[name]!]));
    assert.notDeepEqual(images, await sampleWith(plain));
    compiled.dispose();
  }
});
