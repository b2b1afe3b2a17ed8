// Runs that diverge and roll back to an earlier checkpoint.
import assert from 'node:assert/strict';
import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { loadCheckpoint } from '../../../src/runs/checkpoint.ts';
import type { tinyConfig } from '../../helpers/temporary-run.ts';
import { linesOf, newRun } from '../tiny-runs.ts';

/** Weights overflow at step 76 of 90 with any seed; ticks every 10 steps, checkpoints every 30. */
const overflowing = (content: ReturnType<typeof tinyConfig>) => {
  const learningRate = { from: 2e-2, to: 1e39, over: { steps: 75 }, shape: 'step' };
  Object.assign(content.generator, { optimizer: { learningRate } });
  Object.assign(content.training, { steps: 90, onCollapse: 'rollback', rollbackTries: 2 });
  Object.assign(content.outputs, {
    samplesEvery: { steps: 1000 },
    checkpointEvery: { steps: 30 },
    lossesEvery: { steps: 10 },
  });
};

test('a diverging run rolls back to its best checkpoint, retries with another seed, and gives up after the allowed retries', async () => {
  const run = newRun(overflowing);
  await assert.rejects(run.train(), {
    code: 'diverged.gave-up',
    exitCode: 6,
    message:
      /^The run failed again after it was rolled back 2 times\. .* between steps 70 and 80; generator\/0\/kernel, .* NaN or infinite values\.\nThe last .* healthy run is \S+000060\.\n/,
  });
  const lines = linesOf(run.own);
  assert.deepEqual(
    lines.map(({ step, rollbacks, lostAt }) => [step, rollbacks, lostAt]),
    [
      ...[10, 20, 30, 40, 50, 60].map((step) => [step, undefined, undefined]),
      [60, 1, 80],
      [60, 2, 80],
      [70, undefined, undefined],
    ],
  );
  const [hash] = readdirSync(join(run.own, 'checkpoints'));
  const checkpoints = join(run.own, 'checkpoints', hash!);
  const latest = await loadCheckpoint(checkpoints, 'latest');
  assert.deepEqual([latest.step, (latest.state['position'] as { rollbacks: number }).rollbacks], [60, 2]);
  assert.deepEqual(await loadCheckpoint(checkpoints, 'best'), latest);

  const straight = newRun((content) => {
    overflowing(content);
    Object.assign(content.training, { onCollapse: 'stop' });
  });
  await assert.rejects(straight.train(), { code: 'diverged.not-finite', message: /healthy run is \S+000060\.$/m });
  const first = linesOf(straight.own);
  assert.deepEqual(first.slice(0, 6), lines.slice(0, 6));
  assert.equal(first.at(-1)!['step'], 70);
  assert.notDeepEqual(first.at(-1), lines.at(-1));
});

test('a run stopped after a rollback resumes with the same new seed', async () => {
  const whole = newRun(overflowing);
  await assert.rejects(whole.train(), { code: 'diverged.gave-up' });
  for (const stopAfter of [72, 85, 105]) {
    const run = newRun(overflowing);
    assert.equal((await run.train([], { stopAfter })).interrupted, true);
    await assert.rejects(run.train(), { code: 'diverged.gave-up' });
    assert.deepEqual(linesOf(run.own), linesOf(whole.own), `stopped after ${stopAfter} steps`);
  }
});

test('a run without a healthy checkpoint rolls back to its start', async () => {
  const run = newRun((content) => {
    overflowing(content);
    Object.assign(content.outputs, { checkpointEvery: { steps: 1000 } });
  });
  await assert.rejects(run.train(), { code: 'diverged.gave-up', message: /The last checkpoint is from before that/ });
  assert.deepEqual(
    linesOf(run.own).map(({ step, rollbacks }) => [step, rollbacks]),
    [[0, 1], [0, 2], ...[10, 20, 30, 40, 50, 60, 70].map((step) => [step, undefined])],
  );
});
