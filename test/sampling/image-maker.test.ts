import assert from 'node:assert/strict';
import { test } from 'node:test';
import { buildNetwork } from '../../src/models/network.ts';
import { imagesPerCall } from '../../src/sampling/image-maker.ts';

/** One layer: [1, 1, 64] -> [side, side, 64]. */
function generatorOf(side: number) {
  const layers = [{ type: 'upsample' as const, factor: side, method: 'nearest' as const }];
  const starts = { initializer: { type: 'heNormal' as const }, biasInitializer: { type: 'zeros' as const } };
  return buildNetwork('generator', { layers, ...starts }, [1, 1, 64]);
}

test('small images are made 256 per call, large ones as many as 128 MiB of one layer hold', () => {
  assert.equal(imagesPerCall(generatorOf(16), 10_000), 256);
  assert.equal(imagesPerCall(generatorOf(128), 10_000), 32); // 2^25 / (128 x 128 x 64)
});

test('no more than are wanted, and at least one', () => {
  assert.equal(imagesPerCall(generatorOf(16), 7), 7);
  assert.equal(imagesPerCall(generatorOf(1024), 7), 1);
});
