// Failing runs are detected, and healthy ones raise no alarm. DCGAN_LONG=1 runs the quick start for 2,000 steps, and AFG's networks.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { skipLong } from '../../helpers/long-tests.ts';
import { type Change, watchFaces, watchQuick, watchRing } from './watched-run.ts';

const skipNext = skipLong(12);
const frozen = 1e-9;

/** Each with the steps within which a run that fails from its start is detected: a few probes, and the patience of 250. */
const runs = {
  ring: { watch: watchRing, recognisedWithin: 400, isLong: false },
  quick: { watch: watchQuick, recognisedWithin: 400, isLong: true },
  faces: { watch: watchFaces, recognisedWithin: 500, isLong: true }, // AFG's generator takes about 140 steps to win
} as const;

type Data = keyof typeof runs;
const allData: readonly Data[] = ['ring', 'quick', 'faces'];

/** `on`: the data on which the change makes a run fail; default all. AFG's networks still learn at 50 times their rates. */
const wrong: Record<string, { change: Change; states: string[]; on?: readonly Data[] }> = {
  'learning rates 50 times too high': {
    change: { generatorRate: 50, discriminatorRate: 50 },
    states: ['collapsed', 'discriminator winning'],
    on: ['ring', 'quick'],
  },
  'learning rates 500 times too high': {
    change: { generatorRate: 500, discriminatorRate: 500 },
    states: ['diverged', 'collapsed'],
    on: ['faces'],
  },
  'a frozen generator': { change: { generatorRate: frozen }, states: ['discriminator winning', 'collapsed'] },
  'a frozen discriminator': {
    change: { discriminatorRate: frozen },
    states: ['generator winning', 'collapsed'],
  },
  'one repeated picture': { change: { onePicture: true }, states: ['collapsed'] },
};

for (const [name, { change, states, on = allData }] of Object.entries(wrong)) {
  for (const data of on) {
    const { watch, recognisedWithin, isLong } = runs[data];
    const skip = isLong && skipNext();
    test(`${data}: detects ${name} within ${recognisedWithin} steps`, { skip }, async (t) => {
      const [first] = await watch(recognisedWithin, change);
      t.diagnostic(first ? `${first.state} at step ${first.step}` : 'healthy');
      assert.ok(first && states.includes(first.state), JSON.stringify(first));
    });
  }
}

for (const seed of [0, 1, 2]) {
  test(`ring: a healthy run of 600 steps raises no alarm (seed ${seed})`, async () => {
    assert.deepEqual(await watchRing(600, { seed }), []);
  });
  test(`quick: a healthy run of 2,000 steps raises no alarm (seed ${seed})`, { skip: skipNext() }, async () => {
    assert.deepEqual(await watchQuick(2000, { seed }), []);
  });
}

test('faces: a healthy run of 1,000 steps raises no alarm', { skip: skipNext() }, async () => {
  assert.deepEqual(await watchFaces(1000, {}), []);
});

test('runs each long test once in twelve CI runs', () => {
  const ran = Array.from({ length: 12 }, (_, turn) => {
    const skip = skipLong(12, { DCGAN_LONG_TURN: String(100 + turn) });
    return Array.from({ length: 12 }, () => skip()).indexOf(false);
  });
  assert.deepEqual(
    [...ran].sort((a, b) => a - b),
    Array.from({ length: 12 }, (_, index) => index),
  );
  assert.throws(skipNext, /more than 12/, 'twelve tests have been assigned');
});
