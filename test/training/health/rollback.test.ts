import assert from 'node:assert/strict';
import { test } from 'node:test';
import { DcganError } from '../../../src/errors.ts';
import type { TrainingEvent } from '../../../src/training/events.ts';
import { seedAfter, trainWithRollbacks } from '../../../src/training/health/rollback.ts';
import { initialProgress, type TrainingProgress } from '../../../src/training/loop.ts';
import { minimalConfig } from '../../helpers/minimal-config.ts';
import { configOf } from '../../helpers/tiny-network.ts';

const lost = (step: number) =>
  new DcganError('diverged.collapsed', { happened: `Lost at ${step}.`, fix: 'Try this.' }, { data: { step } });

/** Trains with a loop that fails with each of these errors in turn and then ends. Rollbacks lead to step 40. */
async function runWith(failures: readonly Error[], settings: Record<string, unknown>, start = initialProgress) {
  const content = minimalConfig();
  Object.assign(content.training, settings);
  const from: TrainingProgress[] = [];
  const events: TrainingEvent[] = [];
  const left = [...failures];
  const result = trainWithRollbacks(
    {
      config: configOf(content),
      run: async (progress) => {
        from.push(progress);
        const failure = left.shift();
        if (failure) throw failure;
        return { progress: { ...progress, step: 100 }, interrupted: false };
      },
      rollBack: async (rollbacks) => ({ ...initialProgress, step: 40, rollbacks }),
      onEvent: (event) => events.push(event),
    },
    start,
  );
  const outcome = await result.then(
    () => 'done',
    (error: unknown) => error,
  );
  return { outcome, events, from: from.map(({ step, rollbacks }) => [step, rollbacks]) };
}

test('rolls a failed run back, trains on from there, and reports each rollback', async () => {
  const { outcome, events, from } = await runWith([lost(70), lost(90)], { onCollapse: 'rollback' });
  assert.equal(outcome, 'done');
  assert.deepEqual(from, [
    [0, 0],
    [40, 1],
    [40, 2],
  ]);
  assert.deepEqual(events, [
    { type: 'rollback', step: 40, rollbacks: 1, rollbackTries: 3, reason: 'Lost at 70.' },
    { type: 'rollback', step: 40, rollbacks: 2, rollbackTries: 3, reason: 'Lost at 90.' },
  ]);
});

test('gives up after rollbackTries rollbacks, including those of earlier sessions, with exit code 6', async () => {
  const setting = { onCollapse: 'rollback', rollbackTries: 2 };
  for (const [start, runs] of [
    [initialProgress, 3],
    [{ ...initialProgress, rollbacks: 1 }, 2],
    [{ ...initialProgress, rollbacks: 2 }, 1],
  ] as const) {
    const { outcome, from } = await runWith([lost(70), lost(80), lost(90)], setting, start);
    assert.equal(from.length, runs);
    assert.ok(outcome instanceof DcganError);
    assert.equal(outcome.code, 'diverged.gave-up');
    assert.equal(outcome.exitCode, 6);
    assert.match(
      outcome.message,
      /^The run failed again after it was rolled back 2 times\. Lost at \d0\.\nTry this\.$/,
    );
  }
});

test('does not roll back unless the config says so, nor for other errors', async () => {
  for (const onCollapse of ['warn', 'stop']) {
    const failure = lost(70);
    const { outcome, from } = await runWith([failure], { onCollapse });
    assert.equal(outcome, failure);
    assert.equal(from.length, 1);
  }
  for (const failure of [new Error('a bug'), new DcganError('usage.cannot-write', { happened: 'The disk is full.' })]) {
    const { outcome, from } = await runWith([failure], { onCollapse: 'rollback' });
    assert.equal(outcome, failure);
    assert.equal(from.length, 1);
  }
});

test("uses the config's seed until there is a rollback, and another one after each", () => {
  assert.equal(seedAfter(7, 0), 7);
  const seeds = [0, 1, 2, 3].flatMap((rollbacks) => [seedAfter(7, rollbacks), seedAfter(8, rollbacks)]);
  assert.equal(new Set(seeds).size, 8);
  assert.deepEqual(
    seeds.map((seed) => seed >>> 0),
    seeds,
  );
  assert.equal(seedAfter(7, 2), seedAfter(7, 2));
});
