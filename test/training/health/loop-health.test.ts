// The loop's reaction to NaN losses and collapsed images.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { TrainingProgress } from '../../../src/training/loop.ts';
import { exactly, metricsOf, runLoop, type Setup } from '../counting-loop.ts';

test('ends the run at a NaN loss with exit code 6, and logs and saves nothing after it', async () => {
  for (const bad of [Number.NaN, Number.POSITIVE_INFINITY]) {
    const { result, saved, folder, stepsOf } = await runLoop({ lossAfter: (steps) => (steps >= 8 ? bad : 0.5) });
    await assert.rejects(result, {
      code: 'diverged.not-finite',
      exitCode: 6,
      data: { step: 9, tensors: [] },
      message: new RegExp(
        `discriminator's loss became ${bad} between steps 6 and 9\\.\\n.*checkpoint.*\\n.*learning rate`,
      ),
    });
    assert.deepEqual(
      saved.map(({ step }) => step),
      [5],
    );
    assert.deepEqual(stepsOf('tick'), [3, 6]);
    assert.deepEqual(
      metricsOf(folder).map(({ step }) => step),
      [3, 6],
    );
  }
});

test('saves no checkpoint between two log lines once the loss is NaN', async () => {
  const { result, saved } = await runLoop({
    schedule: { tickEverySteps: 100, checkpoints: exactly(2) },
    lossAfter: (steps) => (steps >= 5 ? Number.NaN : 0.5),
  });
  await assert.rejects(result, { code: 'diverged.not-finite', data: { step: 6, tensors: [] } });
  assert.deepEqual(
    saved.map(({ step }) => step),
    [2, 4],
  );
});

/** Ticks every 50 steps, checkpoints every 100; probes find collapsed images from step 150 to 550. */
const collapsing: Setup = {
  schedule: { totalSteps: 700, tickEverySteps: 50, checkpoints: exactly(100), samples: exactly(1000) },
  diversityAt: (step) => (step >= 150 && step <= 550 ? 0.1 : 0.9),
};

test('reports a collapse once, and its end once; logs the state and the measurements in every line', async () => {
  const { events, folder, outcome } = await runLoop(collapsing);
  assert.deepEqual(
    events.filter(({ type }) => type === 'health'),
    [
      { type: 'health', step: 400, state: 'collapsed', since: 150 }, // 250 steps of patience
      { type: 'health', step: 600, state: 'healthy', since: 600 },
    ],
  );
  const lines = metricsOf(folder);
  assert.deepEqual(
    lines.map(({ step, health, diversity }) => [step, health, diversity]),
    lines.map(({ step }) => [
      step,
      step! >= 400 && step! <= 550 ? 'collapsed' : 'healthy',
      collapsing.diversityAt!(step!),
    ]),
  );
  assert.deepEqual([lines[0]!['generatorGradient'], lines[0]!['discriminatorGradient']], [1, 1]);
  assert.equal((outcome as { progress: TrainingProgress }).progress.step, 700);
});

test('logs the last state and no measurements between probes', async () => {
  const { folder } = await runLoop({ schedule: { totalSteps: 60, tickEverySteps: 10, samples: exactly(100) } });
  assert.deepEqual(
    metricsOf(folder).map(({ step, health, diversity }) => [step, health, diversity]),
    [10, 20, 30, 40, 50, 60].map((step) => [step, 'healthy', step % 30 === 0 ? 1 : undefined]),
  );
});

test('marks a checkpoint as best if the last probe found nothing, but not one saved by a stop', async () => {
  const { saved, best } = await runLoop(collapsing);
  assert.deepEqual(
    saved.map(({ step }) => step),
    [100, 200, 300, 400, 500, 600, 700],
  );
  assert.deepEqual(best, [100, 600, 700]);
  const stopped = await runLoop({ ...collapsing, stopAfter: 60 });
  assert.deepEqual([stopped.saved.map(({ step }) => step), stopped.best], [[60], []]);
});

test('with stop, saves a collapsed run and ends it with exit code 6 and the last healthy checkpoint', async () => {
  const { result, saved, fed } = await runLoop({ ...collapsing, onCollapse: 'stop' });
  await assert.rejects(result, {
    code: 'diverged.collapsed',
    exitCode: 6,
    data: { step: 400, since: 150, best: 'checkpoints/100' },
    message: /collapsed.*from step 150 to 400\.\n.* checkpoints\/100\.\n.*training\.onCollapse=warn/,
  });
  assert.equal(saved.at(-1)!.step, 400);
  assert.equal(fed.length, 400);
  const again = await runLoop({ ...collapsing, onCollapse: 'stop', progress: saved.at(-1)! });
  await assert.rejects(again.result, { code: 'diverged.collapsed' });
  assert.deepEqual([again.fed, again.saved], [[], []]);
  const regardless = await runLoop({ ...collapsing, progress: saved.at(-1)! });
  assert.equal((regardless.outcome as { progress: TrainingProgress }).progress.step, 700);
});

test('saves a collapse between two checkpoints with stop, but not with rollback', async () => {
  const between = { ...collapsing, schedule: { ...collapsing.schedule, checkpoints: exactly(300) } };
  for (const [onCollapse, steps] of [
    ['stop', [300, 400]],
    ['rollback', [300]],
  ] as const) {
    const { result, saved } = await runLoop({ ...between, onCollapse });
    await assert.rejects(result, { code: 'diverged.collapsed', message: /There is no checkpoint from before that/ });
    assert.deepEqual(
      saved.map(({ step }) => step),
      steps,
    );
  }
});

test('ends the run at a probe with a NaN, and names it', async () => {
  const { result, stepsOf } = await runLoop({
    ...collapsing,
    diversityAt: (step) => (step === 100 ? Number.NaN : 1),
  });
  await assert.rejects(result, {
    code: 'diverged.not-finite',
    exitCode: 6,
    message: /diversity became NaN between steps 50 and 100/,
  });
  assert.deepEqual(stepsOf('tick'), [50]);
});
