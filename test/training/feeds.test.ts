import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Config } from '../../src/config/config.ts';
import type { Dataset } from '../../src/data/open.ts';
import { checkFeeds } from '../../src/engines/feeds.ts';
import { buildNetworks } from '../../src/models/networks.ts';
import { type Call, createFeeder } from '../../src/training/feeds.ts';
import { adamRates } from '../../src/training/optimizer.ts';
import { trainingProgram } from '../../src/training/program.ts';
import { batchSizes, planSchedule } from '../../src/training/schedule.ts';
import { minimalConfig } from '../helpers/minimal-config.ts';
import { configOf } from '../helpers/tiny-network.ts';

/** Pictures whose pixels all are their own number. */
function numberedPictures(count: number): Dataset {
  return {
    directory: '',
    count,
    height: 8,
    width: 8,
    channels: 1,
    fingerprint: '',
    skipped: [],
    read: (indices) => Uint8Array.from(Array.from(indices).flatMap((index) => Array<number>(64).fill(index))),
    close() {},
  };
}

/** The calls of the first `steps` steps of a run on ten pictures in batches of 4, 4 and 2. */
function callsOf(
  training: Record<string, unknown>,
  steps: number,
  change: (content: Record<string, unknown>) => void = () => {},
) {
  const content = minimalConfig();
  content.training = { steps: 100, batchSize: 4, ...training };
  change(content);
  const config: Config = configOf(content);
  const networks = buildNetworks(config);
  const program = trainingProgram(config, networks, batchSizes(config, 10), 4);
  const feedStep = createFeeder(config, numberedPictures(10), program, planSchedule(config, 10));
  const calls = Array.from({ length: steps }, (_, step) => feedStep(step));
  for (const { name, feeds } of calls.flat()) checkFeeds(name, program.functions[name]!.feeds, feeds);
  return { calls, feedStep, config };
}

const names = (calls: Call[][]) => calls.map((step) => step.map(({ name }) => name));
const pictures = ({ feeds }: Call) => Array.from(feeds['images']!).filter((_, index) => index % 64 === 0);

test('one update each: a whole step per batch, and the short batch is a step of its own', () => {
  const { calls } = callsOf({}, 4);
  assert.deepEqual(names(calls), [['step-4'], ['step-4'], ['step-2'], ['step-4']]);
  assert.deepEqual(
    calls.flat().map(({ images }) => images),
    [4, 4, 2, 4],
  );
});

test('batches follow on: every picture once per epoch, other orders in other epochs', () => {
  const { calls } = callsOf({}, 6);
  const seen = calls.map(([call]) => pictures(call!));
  const epochs = [seen.slice(0, 3).flat(), seen.slice(3).flat()];
  for (const epoch of epochs)
    assert.deepEqual(
      epoch.toSorted((a, b) => a - b),
      [0, 1, 2, 3, 4, 5, 6, 7, 8, 9],
    );
  assert.notDeepEqual(epochs[0], epochs[1]);
});

test('several discriminator updates: each has a batch of its own, the last comes with the generator', () => {
  const { calls } = callsOf({ discriminatorSteps: 3 }, 2);
  const expected = ['discriminator-step-4', 'discriminator-step-4', 'step-2'];
  assert.deepEqual(names(calls), [expected, expected]);
  const seen = calls.map((step) => step.flatMap(pictures));
  for (const epoch of seen)
    assert.deepEqual(
      epoch.toSorted((a, b) => a - b),
      [0, 1, 2, 3, 4, 5, 6, 7, 8, 9],
    );
  const { calls: two } = callsOf({ discriminatorSteps: 2 }, 3);
  assert.deepEqual(names(two), [
    ['discriminator-step-4', 'step-4'],
    ['discriminator-step-2', 'step-4'],
    ['discriminator-step-4', 'step-2'],
  ]);
});

test('several generator updates: the first with the discriminator, the others alone on full batches of latents', () => {
  const { calls } = callsOf({ generatorSteps: 3 }, 3);
  assert.deepEqual(names(calls).at(-1), ['step-2', 'generator-step', 'generator-step']);
  assert.deepEqual(
    calls.at(-1)!.map(({ images }) => images),
    [2, 0, 0],
  );
  assert.deepEqual(
    calls.at(-1)!.map(({ feeds }) => feeds['latents']!.length),
    [200, 400, 400],
  );
  assert.deepEqual(Object.keys(calls[0]![1]!.feeds).sort(), ['generatorRates', 'latents']);
});

test('no two calls of a run get the same latents, labels or masks', () => {
  const { calls } = callsOf({ discriminatorSteps: 2, generatorSteps: 2, labels: { real: [0.8, 1] } }, 5, (content) =>
    (content['discriminator'] as { layers: object[] }).layers.unshift({ type: 'dropout', rate: 0.1 }),
  );
  const all = calls.flat();
  assert.equal(all.length, 15);
  for (const feed of ['latents', 'dropoutSeed', 'realLabels']) {
    const given = all.flatMap(({ feeds }) => (feeds[feed] ? [String(feeds[feed].slice(0, 2))] : []));
    assert.ok(given.length >= 10, feed);
    assert.equal(new Set(given).size, given.length, feed);
  }
});

test('a stack without dropout is fed no mask seed, and only what a function takes is made', () => {
  const { calls } = callsOf({}, 1);
  assert.deepEqual(Object.keys(calls[0]![0]!.feeds).sort(), [
    'discriminatorRates',
    'fakeLabels',
    'generatorRates',
    'images',
    'latents',
    'realLabels',
  ]);
});

test("Adam's rates count the updates of each network from 1", () => {
  const { calls, config } = callsOf({ discriminatorSteps: 2, generatorSteps: 3 }, 2);
  const times = (network: 'discriminator' | 'generator') => {
    const { optimizer } = config[network];
    const given = calls.flat().flatMap(({ feeds }) => (feeds[`${network}Rates`] ? [feeds[`${network}Rates`]!] : []));
    return given.map((rates) => {
      const time = Array.from({ length: 20 }, (_, t) => t + 1).find(
        (t) => Math.fround(adamRates(optimizer, t)[0]) === rates[0],
      );
      assert.equal(rates[1], Math.fround(adamRates(optimizer, time!)[1]));
      return time;
    });
  };
  assert.deepEqual(times('discriminator'), [1, 2, 3, 4]);
  assert.deepEqual(times('generator'), [1, 2, 3, 4, 5, 6]);
});

test('what a step is fed depends on its number alone, so a run goes on anywhere', () => {
  const settings = { discriminatorSteps: 2, generatorSteps: 2, labels: { real: [0.8, 1], flip: 0.2 } };
  const { calls } = callsOf(settings, 7);
  const { feedStep } = callsOf(settings, 0);
  for (const step of [6, 2, 5]) assert.deepEqual(feedStep(step), calls[step]);
});

test('another seed feeds other pictures, latents, labels and masks', () => {
  const withSeed = (seed: number) =>
    callsOf({ labels: { real: [0.8, 1], fake: [0, 0.1] } }, 1, (content) => {
      content['seed'] = seed;
      (content['discriminator'] as { layers: object[] }).layers.unshift({ type: 'dropout', rate: 0.1 });
    }).calls[0]![0]!.feeds;
  const [first, second] = [withSeed(0), withSeed(1)];
  for (const feed of ['images', 'latents', 'realLabels', 'fakeLabels', 'dropoutSeed'])
    assert.notDeepEqual(first[feed], second[feed], feed);
});
