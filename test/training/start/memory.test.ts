import assert from 'node:assert/strict';
import { test } from 'node:test';
import { findConfig } from '../../../src/config/load/find-config.ts';
import { loadConfig } from '../../../src/config/load/load.ts';
import { buildNetworks } from '../../../src/models/networks.ts';
import { packageDirectory } from '../../../src/system/package-directory.ts';
import { estimateMemory } from '../../../src/training/start/memory.ts';
import { minimalConfig } from '../../helpers/minimal-config.ts';
import { configOf } from '../../helpers/tiny-network.ts';

const mib = 2 ** 20;

test("bounds memory from below by all variables and the generator's dense and convolution outputs", () => {
  // Weights: 100 x 64 + 64 and 64 + 1; each with two moments. The generator's dense layer gives 4 x 64 values.
  const config = configOf(minimalConfig());
  const { minMiB } = estimateMemory(config, buildNetworks(config));
  assert.equal(minMiB, (4 * (3 * (100 * 64 + 64 + 65) + 4 * 64)) / mib);
});

test('counts averaged weights once more, and activations per image of the batch', () => {
  const content = minimalConfig();
  Object.assign(content.training, { batchSize: 8, ema: {} });
  const config = configOf(content);
  const { minMiB } = estimateMemory(config, buildNetworks(config));
  assert.equal(minMiB, (4 * (3 * (100 * 64 + 64 + 65) + (100 * 64 + 64) + 8 * 64)) / mib);
});

/** Peaks of whole processes from bench/README.md: measured, native engine, float32. */
const measured = { 'mnist-test4': 727, afg: 958, 'emoji-15817e6': 1242 };

for (const [name, peakMiB] of Object.entries(measured)) {
  test(`${name}: estimates the measured peak within a tenth, and a lower bound below it`, async () => {
    const config = await loadConfig(findConfig(name, { root: '.', packageDirectory }));
    const { expectedMiB, minMiB } = estimateMemory(config, buildNetworks(config));
    assert.ok(Math.abs(expectedMiB / peakMiB - 1) < 0.1, `${expectedMiB}, not ${peakMiB}`);
    assert.ok(minMiB < peakMiB / 2);
  });
}
