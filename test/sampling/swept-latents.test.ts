import assert from 'node:assert/strict';
import { test } from 'node:test';
import { evenly, sweptLatents } from '../../src/sampling/swept-latents.ts';

test('sweeps one dimension at a time, in any slice', () => {
  const swept = sweptLatents(Float32Array.of(1, 2, 3), [2, 0], [-4, 0, 4]);
  assert.equal(swept.count, 6);
  const rows = [[1, 2, -4], [1, 2, 0], [1, 2, 4], [-4, 2, 3], [0, 2, 3], [4, 2, 3]]; // biome-ignore format: one line
  assert.deepEqual([...swept.slice(0, 6)], rows.flat());
  assert.deepEqual([...swept.slice(2, 4)], rows.slice(2, 4).flat());
});

test('spaces values evenly, including both ends', () => {
  assert.deepEqual(evenly(3, 5), [-3, -1.5, 0, 1.5, 3]);
  assert.deepEqual(evenly(1, 2), [-1, 1]);
});
