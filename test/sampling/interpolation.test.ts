import assert from 'node:assert/strict';
import { test } from 'node:test';
import { easings, interpolations } from '../../src/sampling/interpolation.ts';

const { linear, slerp } = interpolations;

function near(actual: Float32Array, expected: readonly number[], what = ''): void {
  assert.equal(actual.length, expected.length);
  for (const [i, value] of expected.entries()) {
    assert.ok(Math.abs(actual[i]! - value) < 1e-6, `${what} ${actual.join(', ')}, not ${expected.join(', ')}`);
  }
}

test('linear: interpolates on the straight line', () => {
  const [a, b] = [Float32Array.of(0, 10), Float32Array.of(1, -10)];
  near(linear(a, b, 0.1), [0.1, 8]);
  near(linear(a, b, 0.5), [0.5, 0]);
});

test('slerp: divides the angle between vectors evenly', () => {
  near(slerp(Float32Array.of(1, 0), Float32Array.of(0, 1), 1 / 3), [Math.sqrt(3) / 2, 0.5]);
  near(slerp(Float32Array.of(1, 0), Float32Array.of(0.5, Math.sqrt(3) / 2), 0.5), [Math.sqrt(3) / 2, 0.5]);
});

test('slerp: weighs vectors of different lengths by the formula', () => {
  // sin 45 degrees of each, at a right angle
  near(slerp(Float32Array.of(2, 0), Float32Array.of(0, 4), 0.5), [Math.SQRT2, 2 * Math.SQRT2]);
});

test('slerp: keeps the length that linear interpolation loses', () => {
  const [a, b] = [Float32Array.of(3, 4, 0), Float32Array.of(0, -3, 4)]; // length 5 each
  for (const t of [0.25, 0.5, 0.9]) assert.ok(Math.abs(Math.hypot(...slerp(a, b, t)) - 5) < 1e-6);
  assert.ok(Math.hypot(...linear(a, b, 0.5)) < 4);
});

test('slerp: is linear for parallel and zero vectors', () => {
  near(slerp(Float32Array.of(1, 2), Float32Array.of(2, 4), 0.5), [1.5, 3], 'the same direction');
  near(slerp(Float32Array.of(1, 2), Float32Array.of(1, 2), 0.5), [1, 2], 'the same vector');
  near(slerp(Float32Array.of(1, 2), Float32Array.of(-1, -2), 0.25), [0.5, 1], 'the opposite direction');
  near(slerp(Float32Array.of(0, 0), Float32Array.of(3, 4), 0.5), [1.5, 2], 'from zero');
});

test('begin and end exactly at the vectors', () => {
  const [a, b] = [Float32Array.of(0.1, -0.7, 1 / 3), Float32Array.of(0.9, 1 / 7, -2)];
  for (const between of [linear, slerp]) {
    assert.deepEqual(between(a, b, 0), a);
    assert.deepEqual(between(a, b, 1), b);
  }
});

test('eases by the formulas at a quarter, half and three quarters', () => {
  const at = (name: keyof typeof easings) => [0, 0.25, 0.5, 0.75, 1].map(easings[name]);
  assert.deepEqual(at('linear'), [0, 0.25, 0.5, 0.75, 1]);
  assert.deepEqual(at('ease-in'), [0, 0.0625, 0.25, 0.5625, 1]);
  assert.deepEqual(at('ease-out'), [0, 0.4375, 0.75, 0.9375, 1]);
  assert.deepEqual(at('ease-in-out'), [0, 0.15625, 0.5, 0.84375, 1]);
});
