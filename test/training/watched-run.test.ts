// Runs that are made to go wrong are recognised, and healthy ones raise no alarm. DCGAN_LONG=1 runs the quick start for 2,000 steps, and AFG's networks.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { type Change, watchFaces, watchQuick, watchRing } from './watched-run.ts';

const long = process.env['DCGAN_LONG'] ? false : 'takes ten minutes: DCGAN_LONG=1';
const frozen = 1e-9;

/** Each with the steps within which a run that has gone wrong from its start is recognised: a few looks, and the patience of 250. */
const runs = {
  ring: { watch: watchRing, recognisedWithin: 400, skip: false },
  quick: { watch: watchQuick, recognisedWithin: 400, skip: long },
  faces: { watch: watchFaces, recognisedWithin: 500, skip: long }, // AFG's generator needs some 170 steps to win
} as const;

type Data = keyof typeof runs;
const allData: readonly Data[] = ['ring', 'quick', 'faces'];

/** `on`: where a change makes a run go wrong, if not everywhere. AFG's networks learn faces at 50 times their rates. */
const wrong: Record<string, { change: Change; states: string[]; on?: readonly Data[] }> = {
  'learning rates 50 times too high': {
    change: { generatorRate: 50, discriminatorRate: 50 },
    states: ['collapsed', 'discriminator winning'],
    on: ['ring', 'quick'],
  },
  'learning rates 500 times too high': {
    change: { generatorRate: 500, discriminatorRate: 500 },
    states: ['generator winning', 'collapsed'],
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
    const { watch, recognisedWithin, skip } = runs[data];
    test(`${data}: ${name} is recognised within ${recognisedWithin} steps`, { skip }, async (t) => {
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
  test(`quick: a healthy run of 2,000 steps raises no alarm (seed ${seed})`, { skip: long }, async () => {
    assert.deepEqual(await watchQuick(2000, { seed }), []);
  });
}

test('faces: a healthy run of 1,000 steps raises no alarm', { skip: long }, async () => {
  assert.deepEqual(await watchFaces(1000, {}), []);
});
