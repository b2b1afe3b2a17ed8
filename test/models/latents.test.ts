import assert from 'node:assert/strict';
import { test } from 'node:test';
import { drawLatents, latentsOfSeeds } from '../../src/models/latents.ts';
import { RandomStream } from '../../src/random.ts';

const mean = (values: Float32Array, power = 1) =>
  values.reduce((sum, value) => sum + value ** power, 0) / values.length;

test('draws normal latents with the moments of a standard normal', () => {
  const values = drawLatents({ size: 100, distribution: 'normal' }, 1000, new RandomStream(1, 'latents', 0));
  assert.equal(values.length, 100_000);
  // four deviations of each estimate over 100,000 draws
  assert.ok(Math.abs(mean(values)) < 0.0127);
  assert.ok(Math.abs(mean(values, 2) - 1) < 0.0179);
  assert.ok(Math.abs(mean(values, 4) - 3) < 0.124);
});

test('draws uniform latents in [-1, 1) with a variance of 1/3', () => {
  const values = drawLatents({ size: 100, distribution: 'uniform' }, 1000, new RandomStream(1, 'latents', 0));
  assert.ok(values.every((value) => value >= -1 && value < 1));
  assert.ok(Math.abs(mean(values)) < 0.0073);
  assert.ok(Math.abs(mean(values, 2) - 1 / 3) < 0.0038);
});

test('draws the same vector for a sample seed at any place in a list', () => {
  const latent = { size: 5, distribution: 'normal' as const };
  const row = (values: Float32Array, index: number) => [...values.subarray(index * 5, index * 5 + 5)];
  const several = latentsOfSeeds(latent, [7, 0, 7, 4_000_000_000]);
  assert.equal(several.length, 20);
  assert.deepEqual(row(several, 0), row(several, 2));
  assert.deepEqual(row(several, 0), [...latentsOfSeeds(latent, [7])]);
  assert.deepEqual(row(several, 3), [...latentsOfSeeds(latent, [4_000_000_000])]);
  assert.notDeepEqual(row(several, 0), row(several, 1));
});

test('draws a longer latent vector that begins like a shorter one of the same seed', () => {
  const latents = (size: number) => latentsOfSeeds({ size, distribution: 'uniform' }, [3]);
  assert.deepEqual([...latents(16).subarray(0, 10)], [...latents(10)]);
});
