import assert from 'node:assert/strict';
import { test } from 'node:test';
import { ratioOf } from '../../bench/statistics.ts';

test('ratios are taken within a round, so a round that is slow for both does not change them', () => {
  // The machine is three times slower in the second round; the median of each divided would be 10 / 20.
  assert.deepEqual(ratioOf([10, 36, 8], [20, 60, 20]), { median: 0.5, least: 0.4, most: 0.6 });
  assert.throws(() => ratioOf([1, 2], [1]), /2 rounds cannot be compared with 1/);
});
