import assert from 'node:assert/strict';
import { test } from 'node:test';
import { ratioOf, spreadOf } from '../../bench/statistics.ts';

test('a spread is the middle value, or the mean of the two in the middle, with the extremes', () => {
  assert.deepEqual(spreadOf([30, 10, 20]), { median: 20, least: 10, most: 30 });
  assert.deepEqual(spreadOf([4, 1, 3, 10]), { median: 3.5, least: 1, most: 10 });
  assert.deepEqual(spreadOf([7]), { median: 7, least: 7, most: 7 });
  assert.throws(() => spreadOf([]), /at least one/);
});

test('a ratio is taken within each round, so a slow round of both leaves it alone', () => {
  // The machine is three times slower in the second round; the median of each divided would be 10 / 20.
  assert.deepEqual(ratioOf([10, 36, 8], [20, 60, 20]), { median: 0.5, least: 0.4, most: 0.6 });
  assert.throws(() => ratioOf([1, 2], [1]), /2 rounds cannot be compared with 1/);
});
