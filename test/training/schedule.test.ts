import assert from 'node:assert/strict';
import { test } from 'node:test';
import { batchSizes, generatorPasses, planSchedule } from '../../src/training/schedule.ts';
import { minimalConfig } from '../helpers/minimal-config.ts';
import { configOf } from '../helpers/tiny-network.ts';

/** A config with this training section, and changes to its data and outputs. */
function config(training: Record<string, unknown>, more: { data?: object; outputs?: object } = {}) {
  const content = minimalConfig();
  content.training = { batchSize: 64, ...training };
  Object.assign(content.data, more.data);
  return configOf({ ...content, ...(more.outputs ? { outputs: more.outputs } : {}) });
}

test('plans 32 steps per epoch for 2,000 images in batches of 64, or 31 without the short batch', () => {
  const { toSteps, ...schedule } = planSchedule(config({ epochs: 30 }), 2000);
  assert.equal(toSteps({ epochs: 2 }), 64);
  assert.deepEqual(schedule, {
    totalSteps: 960,
    stepsPerEpoch: 32,
    batchesPerEpoch: 32,
    samples: { isDefault: true, everySteps: 32, isThinned: true },
    checkpoints: { isDefault: true, everySteps: 32, isThinned: false },
    tickEverySteps: 10,
    keepCheckpointsEverySteps: undefined,
    evaluateEverySteps: undefined,
  });
  assert.equal(planSchedule(config({ epochs: 30 }, { data: { lastBatch: 'drop' } }), 2000).totalSteps, 930);
});

test('takes the length in steps, fractional epochs or images', () => {
  const total = (training: Record<string, unknown>) => planSchedule(config(training), 2000).totalSteps;
  assert.equal(total({ steps: 7 }), 7);
  assert.equal(total({ epochs: 0.5 }), 16);
  assert.equal(total({ epochs: 1.25 }), 40);
  assert.equal(total({ epochs: 0.001 }), 1);
  assert.equal(total({ images: 640 }), 10);
  assert.equal(total({ images: 641 }), 11);
});

test('counts the images of the short batch in a length in images', () => {
  // 10 pictures in batches of 4, 4, 2: 20 images are two epochs of three steps
  assert.equal(planSchedule(config({ images: 20, batchSize: 4 }), 10).totalSteps, 6);
  assert.equal(planSchedule(config({ images: 21, batchSize: 4 }), 10).totalSteps, 7);
  assert.equal(planSchedule(config({ images: 20, batchSize: 64 }), 10).totalSteps, 2);
});

test('advances through the data faster if a step takes several batches', () => {
  const schedule = planSchedule(config({ epochs: 10, discriminatorSteps: 5 }), 2000);
  assert.equal(schedule.batchesPerEpoch, 32);
  assert.equal(schedule.stepsPerEpoch, 6.4);
  assert.equal(schedule.totalSteps, 64);
  assert.equal(planSchedule(config({ images: 640, discriminatorSteps: 5 }), 2000).totalSteps, 2);
});

test('converts each interval to steps from its own unit', () => {
  const outputs = {
    samplesEvery: { images: 1000 },
    checkpointEvery: { epochs: 2 },
    lossesEvery: { steps: 3 },
    keepCheckpointsEvery: { epochs: 10 },
  };
  const schedule = planSchedule(config({ epochs: 1 }, { outputs }), 2000);
  assert.deepEqual(schedule.samples, { isDefault: false, everySteps: 16 }); // 15.6 batches of 64, at least 1000 images
  assert.deepEqual(schedule.checkpoints, { isDefault: false, everySteps: 64 });
  assert.equal(schedule.tickEverySteps, 3);
  assert.equal(schedule.keepCheckpointsEverySteps, 320);
});

test('saves once per epoch by default with rollbacks, independent of the clock', () => {
  const { checkpoints, samples } = planSchedule(config({ epochs: 1, onCollapse: 'rollback' }), 2000);
  assert.deepEqual(checkpoints, { isDefault: false, everySteps: 32 });
  assert.equal(samples.isDefault, true);
});

test('lists the full batch size and that of the last batch', () => {
  const sizes = (images: number, data: object = {}) => batchSizes(config({ steps: 1 }, { data }), images);
  assert.deepEqual(sizes(2000), [64, 16]);
  assert.deepEqual(sizes(640), [64]);
  assert.deepEqual(sizes(10), [10]);
  assert.deepEqual(sizes(2000, { lastBatch: 'drop' }), [64]);
});

test('rejects data with too few images for one full batch', () => {
  const few = config({ steps: 1 }, { data: { lastBatch: 'drop' } });
  assert.throws(() => planSchedule(few, 63), { code: 'data.too-few-images', exitCode: 3 });
});

test('counts one generator pass for both networks and one more for every further update', () => {
  assert.equal(generatorPasses(config({ steps: 1 }), 10), 10);
  assert.equal(generatorPasses(config({ steps: 1, discriminatorSteps: 5, generatorSteps: 2 }), 10), 60);
});
