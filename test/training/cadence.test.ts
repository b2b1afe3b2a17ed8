import assert from 'node:assert/strict';
import { test } from 'node:test';
import { createCadence, createStepClock, isKept } from '../../src/training/cadence.ts';
import type { DefaultCadence } from '../../src/training/schedule.ts';
import { exactly, runLoop } from './counting-loop.ts';

const perEpoch = (everySteps: number, isThinned = false): DefaultCadence => ({
  isDefault: true,
  everySteps,
  isThinned,
});

/** Trains `steps` steps of `secondsPerStep` each, with a write of `secondsPerWrite` whenever one is due. */
async function simulate(cadence: DefaultCadence, steps: number, secondsPerStep: number, secondsPerWrite: number) {
  let time = 0;
  const clock = createStepClock(() => time);
  const { isDue, wrote } = createCadence(cadence, clock);
  const due: number[] = [];
  const changes: number[] = [];
  let writing = 0;
  for (let step = 1; step <= steps; step++) {
    time += secondsPerStep * (step <= 2 ? 50 : 1); // the first ones compile
    clock.stepDone();
    if (!isDue(step)) continue;
    due.push(step);
    const seconds = secondsPerWrite * (due.length === 1 ? 5 : 1); // the first one too
    await clock.outside(async () => {
      time += seconds;
    });
    writing += seconds;
    const change = wrote(seconds);
    if (change) changes.push(change.everySteps);
  }
  return { due, changes, share: writing / time };
}

test('writes once per epoch by default if writing is cheap', async () => {
  const { due, changes } = await simulate(perEpoch(100), 1000, 0.1, 0.2);
  assert.deepEqual(due, [100, 200, 300, 400, 500, 600, 700, 800, 900, 1000]);
  assert.deepEqual(changes, []);
});

test('limits expensive default writes to 4 % of the time, at round multiples of an epoch', async () => {
  const { due, changes, share } = await simulate(perEpoch(5), 20_000, 0.02, 0.38); // one per epoch takes 79 %
  assert.deepEqual(changes, [500]); // 0.38 s of 10; every 250 steps it would be 0.38 of 5
  assert.deepEqual(due.slice(0, 5), [5, 10, 500, 1000, 1500]);
  assert.ok(share > 0.03 && share < 0.05, String(share));
});

test('keeps 64 grids of a long run, then 32 per doubling, by the step alone', async () => {
  const kept = Array.from({ length: 1024 }, (_, index) => index + 1).filter(isKept);
  assert.equal(kept.length, 64 + 4 * 32);
  assert.deepEqual(
    kept.slice(0, 64),
    Array.from({ length: 64 }, (_, index) => index + 1),
  );
  assert.deepEqual(kept.slice(64, 67), [66, 68, 70]);
  assert.deepEqual(kept.slice(-3), [1024 - 32, 1024 - 16, 1024].slice(-3));
  const { due } = await simulate(perEpoch(1, true), 1_000_000, 1, 0.001);
  assert.equal(due.length, 64 + Math.floor(32 * 13 + 32 * (1e6 / 2 ** 19 - 1)));
});

test("keeps a config's own interval exactly, whatever it costs", () => {
  const { isDue, wrote } = createCadence(exactly(3), createStepClock());
  for (const _ of [1, 2, 3]) assert.equal(wrote(1000), undefined);
  assert.deepEqual([1, 2, 3, 4, 5, 6].filter(isDue), [3, 6]);
});

test('writes few grids and checkpoints by default if steps take no time, always the last ones, and reports it', async () => {
  const schedule = { totalSteps: 1003, samples: perEpoch(1, true), checkpoints: exactly(500) };
  const { events, stepsOf, saved } = await runLoop({ schedule });
  assert.deepEqual(
    saved.map(({ step }) => step),
    [500, 1000, 1003],
  );
  const grids = stepsOf('samples');
  assert.deepEqual([grids[0], grids[1], grids.at(-1)], [0, 1, 1003]);
  assert.ok(grids.length < 30, `${grids.length} grids`);
  const [change] = events.filter((event) => event.type === 'cadence');
  assert.ok(change!.what === 'samples' && change!.everySteps > 1 && change!.share > 0.04 && change!.share < 1);
});
