import assert from 'node:assert/strict';
import { before, test } from 'node:test';
import { compileEagerly } from '../../src/engines/eager.ts';
import { initialValues } from '../../src/models/initial-values.ts';
import { latentsOfSeeds } from '../../src/models/latents.ts';
import { samplerFeeds, samplerProgram } from '../../src/models/sampler.ts';
import { useCpuBackend } from '../helpers/cpu-backend.ts';
import { minimalConfig } from '../helpers/minimal-config.ts';
import { configOf, networkOf } from '../helpers/tiny-network.ts';

before(useCpuBackend);

const generator = networkOf(
  [
    { type: 'dense', units: 8 },
    { type: 'batchNorm' },
    { type: 'dropout', rate: 0.5 },
    { type: 'reshape', shape: [2, 2, 2] },
    { type: 'convTranspose', filters: 1, kernel: 3, stride: 2 },
    { type: 'tanh' },
  ],
  [3],
);
const config = configOf(minimalConfig());
const latent = { size: 3, distribution: 'normal' as const };

test('generates an image from its own latent vector alone, independent of the batch', async () => {
  const values = initialValues([generator], 5);
  async function images(seeds: number[]): Promise<number[][]> {
    const compiled = compileEagerly(samplerProgram(config, generator, seeds.length));
    await compiled.write(values);
    const { images: pixels } = await compiled.run('sample', samplerFeeds(latentsOfSeeds(latent, seeds), 0));
    compiled.dispose();
    return seeds.map((_, index) => [...pixels!.subarray(index * 16, index * 16 + 16)]);
  }
  const [a, b, c] = await images([1, 2, 3]);
  const [c2, a2] = await images([3, 1]);
  assert.deepEqual(a2, a);
  assert.deepEqual(c2, c);
  assert.notDeepEqual(a, b);
  assert.ok(a!.every((value) => Math.abs(value) < 1) && a!.some((value) => value !== 0));
});

test('changes no variable when sampling', async () => {
  const compiled = compileEagerly(samplerProgram(config, generator, 2));
  const values = initialValues([generator], 5);
  await compiled.write(values);
  await compiled.run('sample', samplerFeeds(latentsOfSeeds(latent, [0, 1]), 12));
  assert.deepEqual(await compiled.read(), values);
  compiled.dispose();
});

test('normalises a grid by the moving averages, or by its own statistics as in training', async () => {
  // z = [1], [3] through the kernel [1, 1]: [1, 1] and [3, 3], which batch norm makes [-1, -1] and [1, 1] by the batch's own
  // mean 2 and variance 1, and (z - 1) / 2 by moving averages 1 and 4.
  const plain = networkOf(
    [
      { type: 'dense', units: 2, bias: false },
      { type: 'batchNorm', epsilon: 1e-9 },
      { type: 'reshape', shape: [1, 2, 1] },
    ],
    [1],
  );
  const values = {
    'discriminator/0/kernel': Float32Array.of(1, 1),
    'discriminator/1/gamma': Float32Array.of(1, 1),
    'discriminator/1/beta': Float32Array.of(0, 0),
    'discriminator/1/movingMean': Float32Array.of(1, 1),
    'discriminator/1/movingVariance': Float32Array.of(4, 4),
  };
  const expected = { moving: [0, 0, 1, 1], batch: [-1, -1, 1, 1] };
  for (const batchNorm of ['moving', 'batch'] as const) {
    const grid = configOf({ ...minimalConfig(), outputs: { grid: { batchNorm } } });
    const compiled = compileEagerly(samplerProgram(grid, plain, 2));
    await compiled.write(values);
    const { images } = await compiled.run('sample', samplerFeeds(Float32Array.of(1, 3), 0));
    images!.forEach((value, index) => {
      assert.ok(Math.abs(value - expected[batchNorm][index]!) < 1e-5, `${batchNorm}: ${images!.join(', ')}`);
    });
    assert.deepEqual(await compiled.read(), values);
    compiled.dispose();
  }
});
