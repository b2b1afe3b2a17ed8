import assert from 'node:assert/strict';
import { test } from 'node:test';
import { meanDifference } from '../../src/pictures/mean-difference.ts';

test('computes the mean difference over pixels and channels', () => {
  assert.equal(meanDifference(Uint8Array.of(0, 10, 255), Uint8Array.of(255, 4, 255), 1), (255 + 6) / 3);
  assert.equal(meanDifference(Uint8Array.of(1, 2, 3, 4, 5, 6), Uint8Array.of(1, 2, 3, 4, 5, 9), 3), 0.5);
});

test('weights the difference of colours by alpha', () => {
  const red = (alpha: number) => Uint8Array.of(200, 0, 0, alpha);
  const blue = (alpha: number) => Uint8Array.of(0, 0, 100, alpha);
  assert.equal(meanDifference(red(0), blue(0), 4), 0);
  assert.equal(meanDifference(red(255), blue(255), 4), 300 / 4);
  assert.equal(meanDifference(red(51), blue(51), 4), 60 / 4);
  assert.equal(meanDifference(red(255), red(0), 4), (200 + 255) / 4);
});
