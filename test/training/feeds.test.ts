// The calls of a step, their order and their images.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { callsOf, names, pictures } from './feeder-calls.ts';

test('calls one joint step per batch, also for the short batch', () => {
  const { calls } = callsOf({}, 4);
  assert.deepEqual(names(calls), [['step-4'], ['step-4'], ['step-2'], ['step-4']]);
  assert.deepEqual(
    calls.flat().map(({ images }) => images),
    [4, 4, 2, 4],
  );
});

test('feeds every image once per epoch, in another order in each', () => {
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

test('feeds each of several discriminator updates its own batch, the last one together with the generator', () => {
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

test('runs the first of several generator updates with the discriminator, the others alone on full batches', () => {
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

test('updates each network in its own calls with fresh latents, in the configured order', () => {
  const settings = { freshLatents: true, discriminatorSteps: 2, generatorSteps: 2 };
  const alone = ['generator-step', 'generator-step'];
  const { calls } = callsOf(settings, 3);
  assert.deepEqual(names(calls)[0], ['discriminator-step-4', 'discriminator-step-4', ...alone]);
  assert.deepEqual(names(calls)[1], ['discriminator-step-2', 'discriminator-step-4', ...alone]);
  const { calls: turned } = callsOf({ ...settings, order: 'generator-first' }, 3);
  assert.deepEqual(names(turned)[0], [...alone, 'discriminator-step-4', 'discriminator-step-4']);
  for (const all of [calls.flat(), turned.flat()]) {
    const latents = all.map(({ feeds }) => String(feeds['latents']!.slice(0, 2)));
    assert.equal(new Set(latents).size, 12);
    assert.ok(all.every(({ feeds }) => 'images' in feeds !== 'generatorRates' in feeds));
  }
});

test('keeps or drops the last batch, or pairs it with a full batch of fake images', () => {
  const withLastBatch = (lastBatch: string, training: object = {}) =>
    callsOf({ ...training }, 3, ({ data }) => Object.assign(data as object, { lastBatch })).calls.map(([call]) => {
      const { images, latents, realLabels, fakeLabels } = call!.feeds;
      return [images!.length / 64, latents!.length / 100, realLabels!.length, fakeLabels!.length];
    });
  assert.deepEqual(withLastBatch('keep'), [Array(4).fill(4), Array(4).fill(4), Array(4).fill(2)]);
  assert.deepEqual(withLastBatch('drop'), Array(3).fill(Array(4).fill(4)));
  assert.deepEqual(withLastBatch('full-noise'), [Array(4).fill(4), Array(4).fill(4), [2, 4, 2, 4]]);
  // a batch larger than the data: all ten pictures beside 16 generated ones, in every step
  assert.deepEqual(withLastBatch('full-noise', { batchSize: 16 }), Array(3).fill([10, 16, 10, 16]));
});

test('feeds no noise seed without random layers, and computes only what a function takes', () => {
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
