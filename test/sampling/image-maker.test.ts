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

test('generates 256 small images per call, and as many large ones as 128 MiB per layer allow', () => {
  assert.equal(imagesPerCall(generatorOf(16), 10_000), 256);
  assert.equal(imagesPerCall(generatorOf(128), 10_000), 32); // 2^25 / (128 x 128 x 64)
});

test('generates at most the number wanted, and at least one', () => {
  assert.equal(imagesPerCall(generatorOf(16), 7), 7);
  assert.equal(imagesPerCall(generatorOf(1024), 7), 1);
});
