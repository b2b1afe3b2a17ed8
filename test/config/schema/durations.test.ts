import assert from 'node:assert/strict';
import { test } from 'node:test';
import { type Duration, toSteps } from '../../../src/config/schema/durations.ts';

test('converts steps, images and epochs to steps', () => {
  // 2,000 images in batches of 64, of which the last has 16
  const pace = { batchSize: 64, batchesPerStep: 1, batchesPerEpoch: 32, imagesPerEpoch: 2000 };
  const steps = (duration: Duration) => toSteps(duration, pace);
  assert.equal(steps({ steps: 10 }), 10);
  assert.equal(steps({ epochs: 4 }), 128);
  assert.equal(steps({ epochs: 0.7 }), 22); // 22.4
  assert.equal(steps({ images: 640 }), 10);
  assert.equal(steps({ images: 641 }), 11);
  assert.equal(steps({ images: 1984 }), 31);
  assert.equal(steps({ images: 2000 }), 32);
  assert.equal(steps({ images: 4001 }), 65);
});

test('a step of several batches sees more images', () => {
  const pace = { batchSize: 4, batchesPerStep: 2, batchesPerEpoch: 3, imagesPerEpoch: 10 };
  assert.equal(toSteps({ images: 8 }, pace), 1);
  assert.equal(toSteps({ images: 9 }, pace), 2);
  assert.equal(toSteps({ images: 20 }, pace), 3); // six batches
  assert.equal(toSteps({ epochs: 2 }, pace), 3);
});

test('a duration is at least one step', () => {
  const pace = { batchSize: 64, batchesPerStep: 5, batchesPerEpoch: 31, imagesPerEpoch: 1984 };
  for (const duration of [{ steps: 0.2 }, { images: 0.5 }, { epochs: 0.001 }]) {
    assert.equal(toSteps(duration, pace), 1);
  }
});
