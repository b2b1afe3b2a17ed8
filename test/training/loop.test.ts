// The cadence of the training loop, and how it is stopped.
import assert from 'node:assert/strict';
import { existsSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import type { TrainingProgress, trainLoop } from '../../src/training/loop.ts';
import { metricsOf, runLoop, start } from './counting-loop.ts';

test('logs, writes samples and saves checkpoints at their intervals and at the end', async () => {
  const { outcome, stepsOf, saved, fed, folder } = await runLoop({});
  assert.deepEqual(fed, [0, 1, 2, 3, 4, 5, 6, 7, 8, 9]);
  assert.deepEqual(stepsOf('start'), [0]);
  assert.deepEqual(stepsOf('tick'), [3, 6, 9, 10]);
  assert.deepEqual(stepsOf('samples'), [0, 4, 8, 10]);
  assert.deepEqual(stepsOf('checkpoint'), [5, 10]);
  assert.deepEqual(
    saved.map(({ step, images }) => [step, images]),
    [
      [5, 20],
      [10, 40],
    ],
  );
  assert.deepEqual(readdirSync(join(folder, 'samples')).sort(), [
    '000000.png',
    '000004.png',
    '000008.png',
    '000010.png',
  ]);
  assert.ok(existsSync(join(folder, 'loss.png')));
  const { progress, interrupted } = outcome as Awaited<ReturnType<typeof trainLoop>>;
  assert.deepEqual([progress.step, progress.images, interrupted], [10, 40, false]);
  assert.ok(progress.seconds > 0);
});

test('logs the progress of the run and the means since the last line', async () => {
  const { folder, events } = await runLoop({});
  const lines = metricsOf(folder);
  assert.deepEqual(Object.keys(lines[0]!), [
    'step',
    'epoch',
    'images',
    'discriminatorLoss',
    'realScore',
    'fakeScore',
    'realAccuracy',
    'fakeAccuracy',
    'generatorLoss',
    'discriminatorLossReal',
    'discriminatorLossFake',
    'generatorLearningRate',
    'discriminatorLearningRate',
    'lossRatio',
    'health',
    'imagesPerSecond',
    'seconds',
  ]);
  assert.deepEqual(
    lines.map(
      ({ step, epoch, images, discriminatorLoss, realScore, fakeScore, realAccuracy, fakeAccuracy, generatorLoss }) => [
        step,
        epoch,
        images,
        discriminatorLoss,
        realScore,
        fakeScore,
        realAccuracy,
        fakeAccuracy,
        generatorLoss,
      ],
    ),
    [3, 6, 9, 10].map((step) => [step, step / 4, 4 * step, 0.5, 0.75, 0.25, 0.875, 0.625, 2]),
  );
  const { discriminatorLossReal, discriminatorLossFake, generatorLearningRate } = lines[0]!;
  assert.deepEqual([discriminatorLossReal, discriminatorLossFake, generatorLearningRate], [0.125, 0.375, 2e-4]);
  const last = events.findLast((event) => event.type === 'tick');
  assert.ok(last?.type === 'tick' && last.totalSteps === 10 && last.totalEpochs === 2.5 && last.secondsLeft === 0);
});

test('logs counts as whole numbers however long a run is', async () => {
  const progress = { ...start, step: 12_345_678, images: 3_160_493_568, seconds: 1e6 };
  const { folder } = await runLoop({ progress, schedule: { totalSteps: 12_345_679, stepsPerEpoch: 1000 } });
  const [line] = metricsOf(folder);
  assert.equal(line!['step'], 12_345_679);
  assert.equal(line!['images'], 3_160_493_572);
  assert.equal(line!['epoch'], 12_345.7);
});

test('writes no first samples when it resumes, and keeps the intervals of the uninterrupted run', async () => {
  const { stepsOf, fed } = await runLoop({ progress: { ...start, step: 5, images: 20, seconds: 1 } });
  assert.deepEqual(fed, [5, 6, 7, 8, 9]);
  assert.deepEqual(stepsOf('start'), [5]);
  assert.deepEqual(stepsOf('samples'), [8, 10]);
  assert.deepEqual(stepsOf('tick'), [6, 9, 10]);
});

test('does nothing if the run is already complete', async () => {
  const { outcome, fed, stepsOf } = await runLoop({ progress: { ...start, step: 10, images: 40, seconds: 1 } });
  assert.deepEqual([fed, stepsOf('tick'), stepsOf('samples'), stepsOf('checkpoint')], [[], [], [], []]);
  assert.equal((outcome as { interrupted: boolean }).interrupted, false);
});

test('stops after the step, saves it and reports an interruption', async () => {
  const { outcome, saved, fed } = await runLoop({ stopAfter: 7 });
  assert.deepEqual(fed, [0, 1, 2, 3, 4, 5, 6]);
  assert.deepEqual(
    saved.map(({ step }) => step),
    [5, 7],
  );
  assert.equal((outcome as { interrupted: boolean }).interrupted, true);
  assert.equal((outcome as { progress: TrainingProgress }).progress.step, 7);
});

test('reports completion, not an interruption, for a stop in the last step', async () => {
  const { outcome, saved } = await runLoop({ stopAfter: 10 });
  assert.deepEqual(
    saved.map(({ step }) => step),
    [5, 10],
  );
  assert.equal((outcome as { interrupted: boolean }).interrupted, false);
});

test('a stop before the last evaluation counts as an interruption', async () => {
  const { outcome, saved } = await runLoop({ stopAfter: 10, schedule: { evaluateEverySteps: 10 } });
  assert.equal((outcome as { interrupted: boolean }).interrupted, true);
  assert.deepEqual([saved.at(-1)?.step, saved.at(-1)?.evaluated.at], [10, 0]);
});
