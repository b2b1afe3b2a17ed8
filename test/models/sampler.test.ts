import assert from 'node:assert/strict';
import { before, test } from 'node:test';
import { compileEagerly } from '../../src/engines/eager.ts';
import { initialValues } from '../../src/models/initial-values.ts';
import { latentsOfSeeds } from '../../src/models/latents.ts';
import { samplerFeeds, samplerProgram } from '../../src/models/sampler.ts';
import { useCpuBackend } from '../helpers/cpu-backend.ts';
import { networkOf } from '../helpers/tiny-network.ts';

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
const latent = { size: 3, distribution: 'normal' as const };

test('an image depends on its own latent vector alone, not on those beside it', async () => {
  const values = initialValues([generator], 5);
  async function images(seeds: number[]): Promise<number[][]> {
    const compiled = compileEagerly(samplerProgram(generator, seeds.length));
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

test('sampling changes no variable', async () => {
  const compiled = compileEagerly(samplerProgram(generator, 2));
  const values = initialValues([generator], 5);
  await compiled.write(values);
  await compiled.run('sample', samplerFeeds(latentsOfSeeds(latent, [0, 1]), 12));
  assert.deepEqual(await compiled.read(), values);
  compiled.dispose();
});
