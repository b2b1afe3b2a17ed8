import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Config } from '../../../src/config/config.ts';
import type { Dataset } from '../../../src/data/dataset/open.ts';
import { openEngine } from '../../../src/engines/open.ts';
import { latentsOfSeeds } from '../../../src/models/latents.ts';
import { buildNetworks } from '../../../src/models/networks.ts';
import { healthProbeImages } from '../../../src/training/health/health-measurements.ts';
import { createHealthProbe } from '../../../src/training/health/health-probe.ts';
import { startingValues, trainingProgram } from '../../../src/training/program.ts';
import { configOf } from '../../helpers/tiny-network.ts';

/** The generator's two pixels are its only latent value times a weight each; the discriminator's layer has 2 + 1 weights. */
function config(training: Record<string, unknown> = {}): Config {
  return configOf({
    data: { folder: 'none', size: [1, 2], channels: 1 },
    generator: {
      latent: { size: 1 },
      layers: [
        { type: 'dense', units: 2, bias: false },
        { type: 'reshape', shape: [1, 2, 1] },
      ],
      optimizer: { beta1: 0.5 },
    },
    discriminator: { layers: [{ type: 'flatten' }, { type: 'dense', units: 1 }], optimizer: { beta1: 0.9 } },
    training: { steps: 1, batchSize: 2, ...training },
  });
}

/** Images of two pixels of one grey. */
function greys(...values: number[]): Dataset {
  const read = (indices: ArrayLike<number>) =>
    Uint8Array.from(Array.from(indices).flatMap((index) => [values[index]!, values[index]!]));
  const size = { height: 1, width: 2, channels: 1 } as const;
  return { directory: '', count: values.length, ...size, fingerprint: '', skipped: [], notes: [], read, close() {} };
}

async function probe(config: Config, dataset: Dataset, values: Record<string, Float32Array>, step: number) {
  const { engine } = await openEngine('wasm');
  const networks = buildNetworks(config);
  const program = trainingProgram(config, networks, [2], 1, healthProbeImages(dataset.count));
  const compiled = await engine.compile(program, { precision: 'float32' });
  await compiled.write({ ...startingValues(program, config, networks), ...values });
  const before = engine.liveTensors();
  const measurements = await createHealthProbe(config, dataset, compiled)(step);
  assert.equal(engine.liveTensors(), before);
  compiled.dispose();
  return measurements;
}

const near = (actual: number, expected: number) =>
  assert.ok(Math.abs(actual / expected - 1) < 1e-6, `${actual}, not ${expected}`);

test('measures the diversity of two images relative to black and white, which are 2 apart', async () => {
  const [first, second] = latentsOfSeeds(config().generator.latent, [0, 1]);
  const weights = { 'generator/0/kernel': Float32Array.of(0.25, 0.25) };
  const { diversity } = await probe(config(), greys(0, 255), weights, 1);
  near(diversity, (0.25 * Math.abs(first! - second!)) / 2);
});

test('measures zero diversity for a generator without weights, and for identical real images', async () => {
  const none = { 'generator/0/kernel': Float32Array.of(0, 0) };
  assert.equal((await probe(config(), greys(0, 255, 9), none, 1)).diversity, 0);
  assert.equal((await probe(config(), greys(7, 7, 7, 7), {}, 1)).diversity, 0);
  assert.equal((await probe(config(), greys(7), {}, 1)).diversity, 0);
});

test("probes the generator's current weights, not their average", async () => {
  const values = {
    'generator/0/kernel': Float32Array.of(1, 1),
    'average/generator/0/kernel': Float32Array.of(0, 0),
  };
  const { diversity } = await probe(config({ ema: { decay: 0.9 } }), greys(0, 255), values, 1);
  assert.ok(diversity > 0);
});

test("takes gradient norms from Adam's first moments, corrected for bias: |m| / (1 - beta1^t)", async () => {
  const moments = {
    'optimizer/generator/0/kernel/m': Float32Array.of(3, -4), // norm 5
    'optimizer/discriminator/1/kernel/m': Float32Array.of(2, 3),
    'optimizer/discriminator/1/bias/m': Float32Array.of(6), // sqrt(4 + 9 + 36) = 7
  };
  const first = await probe(config(), greys(0, 255), moments, 1);
  near(first.generatorGradient, 5 / 0.5);
  near(first.discriminatorGradient, 7 / 0.1);
  const second = await probe(config({ discriminatorSteps: 3 }), greys(0, 255), moments, 2); // 6 discriminator updates, 2 generator updates
  near(second.generatorGradient, 5 / 0.75);
  near(second.discriminatorGradient, 7 / (1 - 0.9 ** 6));
});

test('compares at most 16 images, and at most as many as there are real ones', () => {
  assert.deepEqual([1, 5, 16, 60_000].map(healthProbeImages), [1, 5, 16, 16]);
});
