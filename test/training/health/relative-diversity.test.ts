import assert from 'node:assert/strict';
import { test } from 'node:test';
import { imageSpread, relativeDiversity } from '../../../src/training/health/relative-diversity.ts';

test('computes the spread of three images as by hand: over all pairs, and to the nearest', () => {
  // Two pixels each: (0, 0), (1, 1), (4, 4) are 1, 4 and 3 apart by root mean square.
  const spread = imageSpread(Float32Array.of(0, 0, 1, 1, 4, 4), 3);
  assert.equal(spread.mean, (1 + 4 + 3) / 3);
  assert.equal(spread.nearest, (1 + 1 + 3) / 3);
  // (0, 0) and (3, 1): sqrt((9 + 1) / 2)
  assert.equal(imageSpread(Float32Array.of(0, 0, 3, 1), 2).mean, Math.sqrt(5));
});

test('gives equal images, and a single image, no spread', () => {
  assert.deepEqual(imageSpread(new Float32Array(12).fill(0.3), 4), { mean: 0, nearest: 0 });
  assert.deepEqual(imageSpread(Float32Array.of(1, 2, 3), 1), { mean: 0, nearest: 0 });
});

test('takes the smaller ratio: one repeated image lowers the mean, a few repeated ones the nearest', () => {
  const real = imageSpread(Float32Array.of(0, 10, 20, 30), 4); // nearest 10, mean 50 / 3
  assert.equal(relativeDiversity(imageSpread(Float32Array.of(0, 5, 10, 15), 4), real), 0.5);
  assert.equal(relativeDiversity(imageSpread(Float32Array.of(0, 0, 30, 30), 4), real), 0); // mean 20, but two images only
  assert.ok(Math.abs(relativeDiversity({ mean: 1, nearest: 10 }, real) - 3 / 50) < 1e-12);
});

test('gives zero for real images without spread, and ignores the nearest if real images repeat', () => {
  assert.equal(relativeDiversity({ mean: 1, nearest: 1 }, { mean: 0, nearest: 0 }), 0);
  assert.equal(relativeDiversity({ mean: 1, nearest: 0 }, { mean: 2, nearest: 0 }), 0.5);
});
