import assert from 'node:assert/strict';
import { test } from 'node:test';
import { diversityOf, spreadOf } from '../../../src/training/health/diversity.ts';

test('the spread of three images by hand: all pairs, and the nearest of each', () => {
  // Two pixels each: (0, 0), (1, 1), (4, 4) are 1, 4 and 3 apart by root mean square.
  const spread = spreadOf(Float32Array.of(0, 0, 1, 1, 4, 4), 3);
  assert.equal(spread.mean, (1 + 4 + 3) / 3);
  assert.equal(spread.nearest, (1 + 1 + 3) / 3);
  // (0, 0) and (3, 1): sqrt((9 + 1) / 2)
  assert.equal(spreadOf(Float32Array.of(0, 0, 3, 1), 2).mean, Math.sqrt(5));
});

test('images that are all one have none, and neither has a single image', () => {
  assert.deepEqual(spreadOf(new Float32Array(12).fill(0.3), 4), { mean: 0, nearest: 0 });
  assert.deepEqual(spreadOf(Float32Array.of(1, 2, 3), 1), { mean: 0, nearest: 0 });
});

test('diversity is the smaller share: one image shows in the mean, a few in the nearest', () => {
  const real = spreadOf(Float32Array.of(0, 10, 20, 30), 4); // nearest 10, mean 50 / 3
  assert.equal(diversityOf(spreadOf(Float32Array.of(0, 5, 10, 15), 4), real), 0.5);
  assert.equal(diversityOf(spreadOf(Float32Array.of(0, 0, 30, 30), 4), real), 0); // mean 20, but two images only
  assert.ok(Math.abs(diversityOf({ mean: 1, nearest: 10 }, real) - 3 / 50) < 1e-12);
});

test('real images without any spread leave no diversity; a few that are twice there do not count as nearest', () => {
  assert.equal(diversityOf({ mean: 1, nearest: 1 }, { mean: 0, nearest: 0 }), 0);
  assert.equal(diversityOf({ mean: 1, nearest: 0 }, { mean: 2, nearest: 0 }), 0.5);
});
