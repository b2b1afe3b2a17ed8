import assert from 'node:assert/strict';
import { test } from 'node:test';
import { between } from '../../../../src/exports/web/page/between.ts';

const normal = { size: 2, distribution: 'normal' } as const;
const uniform = { size: 2, distribution: 'uniform' } as const;
const [east, north] = [Float32Array.of(2, 0), Float32Array.of(0, 2)];

function close(actual: Float32Array, expected: number[]): void {
  expected.forEach((value, i) => {
    assert.ok(Math.abs(actual[i]! - value) < 1e-6, `${actual} is not ${expected}`);
  });
}

test('normal latents go along the arc, by equal angles', () => {
  close(between(east, north, 0, normal), [2, 0]);
  close(between(east, north, 1 / 3, normal), [Math.sqrt(3), 1]); // 30 degrees
  close(between(east, north, 0.5, normal), [Math.SQRT2, Math.SQRT2]);
  close(between(east, north, 1, normal), [0, 2]);
});

test('where there is no one arc the way is straight', () => {
  close(between(east, Float32Array.of(4, 0), 0.5, normal), [3, 0]);
  close(between(east, Float32Array.of(-2, 0), 0.25, normal), [1, 0]);
  close(between(Float32Array.of(0, 0), north, 0.5, normal), [0, 1]);
});

test('uniform latents go straight', () => {
  close(between(east, north, 0.25, uniform), [1.5, 0.5]);
});
