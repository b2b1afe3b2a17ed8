import assert from 'node:assert/strict';
import { test } from 'node:test';
import { latentGrid, latentPath, type PathOptions } from '../../src/sampling/latent-path.ts';

const keysOf = (...keys: number[][]) => keys.map((key) => Float32Array.from(key));
const path = (keys: number[][], options: Partial<PathOptions>) =>
  [...latentPath(keysOf(...keys), { frames: 11, method: 'linear', easing: 'linear', loop: false, ...options })].map(
    (value) => Math.round(value * 1e6) / 1e6,
  );

test('weights the second of two vectors by 0, 0.1, 0.2 to 1 in eleven frames', () => {
  assert.deepEqual(path([[0], [1]], {}), [0, 0.1, 0.2, 0.3, 0.4, 0.5, 0.6, 0.7, 0.8, 0.9, 1]);
});

test('includes inner keys once', () => {
  assert.deepEqual(path([[0], [10], [20]], { frames: 3 }), [0, 5, 10, 15, 20]);
  assert.deepEqual(
    path(
      [
        [0, 1],
        [10, 1],
      ],
      { frames: 2 },
    ),
    [0, 1, 10, 1],
  );
});

test('returns to the first key in a loop without repeating its image', () => {
  assert.deepEqual(path([[0], [10]], { frames: 3, loop: true }), [0, 5, 10, 5]);
  assert.deepEqual(path([[0], [4], [8]], { frames: 5, loop: true }), [0, 1, 2, 3, 4, 5, 6, 7, 8, 6, 4, 2]);
});

test('eases every segment, linear or spherical', () => {
  assert.deepEqual(path([[0], [16], [32]], { frames: 3, easing: 'ease-in' }), [0, 4, 16, 20, 32]);
  const half = Math.round(Math.SQRT1_2 * 1e6) / 1e6;
  assert.deepEqual(
    path(
      [
        [1, 0],
        [0, 1],
      ],
      { frames: 3, method: 'slerp' },
    ),
    [1, 0, half, half, 0, 1],
  );
});

test('places the corners of a grid, and their mean in the middle', () => {
  const [a, b, c, d] = keysOf([0, 0], [8, 0], [0, 8], [8, 16]);
  const grid = latentGrid([a!, b!, c!, d!], { columns: 3, rows: 3, method: 'linear' });
  const rows = [
    [0, 0, 4, 0, 8, 0],
    [0, 4, 4, 6, 8, 8],
    [0, 8, 4, 12, 8, 16],
  ];
  assert.deepEqual([...grid], rows.flat());
  assert.equal(latentGrid([a!, b!, c!, d!], { columns: 5, rows: 2, method: 'linear' }).length, 5 * 2 * 2);
});
