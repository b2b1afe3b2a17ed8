import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Duration } from '../../src/config/schema/durations.ts';
import { rampOf } from '../../src/training/ramp.ts';
import { planSchedule } from '../../src/training/schedule.ts';
import { minimalConfig } from '../helpers/minimal-config.ts';
import { configOf } from '../helpers/tiny-network.ts';

const inSteps = ({ steps }: Duration) => steps!;
const over = { steps: 8 };

function assertClose(actual: readonly number[], expected: readonly number[]): void {
  assert.equal(actual.length, expected.length);
  actual.forEach((value, index) => {
    assert.ok(Math.abs(value - expected[index]!) < 1e-12, `${actual.join(', ')}; expected ${expected.join(', ')}`);
  });
}

test('a plain value or range is the same at every step', () => {
  for (const value of [0, 0.25, [0.7, 1.2]]) {
    const at = rampOf(value, inSteps);
    for (const step of [0, 1, 1e6]) assert.deepEqual(at(step), value);
  }
});

test('linear: equal changes, and the second value from the end of the ramp', () => {
  const at = rampOf({ from: 1, to: 0, over, shape: 'linear' }, inSteps);
  assertClose([0, 2, 4, 6, 8, 9, 100].map(at), [1, 0.75, 0.5, 0.25, 0, 0, 0]);
});

test('cosine: half a wave, slow at both ends', () => {
  // (1 + cos(pi s / 8)) / 2 from 1 to 0: cos 45 degrees = 0.7071067811865476
  const at = rampOf({ from: 1, to: 0, over, shape: 'cosine' }, inSteps);
  assertClose([0, 2, 4, 6, 8, 100].map(at), [1, 0.8535533905932737, 0.5, 0.14644660940672624, 0, 0]);
  const up = rampOf({ from: 2, to: 6, over, shape: 'cosine' }, inSteps);
  assertClose([0, 2, 8].map(up), [2, 2.585786437626905, 6]);
});

test('step: the first value until the end of the ramp, then the second', () => {
  const at = rampOf({ from: 0.1, to: 0, over, shape: 'step' }, inSteps);
  assertClose([0, 1, 7, 8, 9].map(at), [0.1, 0.1, 0.1, 0, 0]);
});

test('ranges change at both ends, and a number beside a range counts as a range of zero width', () => {
  const range = rampOf<number | readonly number[]>({ from: [0.7, 1.2], to: [0.9, 1], over, shape: 'linear' }, inSteps);
  assertClose(range(4) as number[], [0.8, 1.1]);
  const opening = rampOf<number | readonly number[]>({ from: 1, to: [0.8, 1.2], over, shape: 'linear' }, inSteps);
  assertClose(opening(0) as number[], [1, 1]);
  assertClose(opening(2) as number[], [0.95, 1.05]);
  assertClose(opening(8) as number[], [0.8, 1.2]);
  const closing = rampOf<number | readonly number[]>({ from: [0.8, 1.2], to: 1, over, shape: 'step' }, inSteps);
  assertClose(closing(7) as number[], [0.8, 1.2]);
  assertClose(closing(8) as number[], [1, 1]);
});

test("converts the ramp's duration to steps: 10 images in batches of 4, 4, 2, two batches per step", () => {
  const content = minimalConfig();
  Object.assign(content.training, { discriminatorSteps: 2 });
  const { toSteps } = planSchedule(configOf(content), 10);
  const end = (duration: Duration) => {
    const at = rampOf({ from: 0, to: 1, over: duration, shape: 'step' }, toSteps);
    return Array.from({ length: 100 }, (_, step) => at(step)).indexOf(1);
  };
  assert.equal(end({ steps: 5 }), 5);
  assert.equal(end({ epochs: 4 }), 6); // 12 batches
  assert.equal(end({ images: 40 }), 6); // also 12 batches
  assert.equal(end({ images: 41 }), 7);
});
