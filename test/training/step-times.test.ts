import assert from 'node:assert/strict';
import { test } from 'node:test';
import { spreadOf } from '../../src/training/step-times.ts';

test('computes the median and the extremes', () => {
  assert.deepEqual(spreadOf([30, 10, 20]), { median: 20, least: 10, most: 30 });
  assert.deepEqual(spreadOf([4, 1, 3, 10]), { median: 3.5, least: 1, most: 10 });
  assert.deepEqual(spreadOf([7]), { median: 7, least: 7, most: 7 });
  assert.throws(() => spreadOf([]), /at least one/);
});
