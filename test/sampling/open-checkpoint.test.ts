import assert from 'node:assert/strict';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import sharp from 'sharp';
import { sample } from '../../src/commands/sample.ts';
import { train } from '../../src/commands/train.ts';
import { latentsOfSeeds } from '../../src/models/latents.ts';
import { type LoadedGenerator, openCheckpoint } from '../../src/sampling/open-checkpoint.ts';
import { temporaryFolder, tinyConfig, writeJsonFile, writePictures } from '../helpers/temporary-run.ts';

const root = temporaryFolder();
const latent = { size: 4, distribution: 'normal' } as const;
let checkpoint: string;
let generator: LoadedGenerator;

before(async () => {
  await writePictures(join(root, 'pictures'), 10);
  const config = writeJsonFile(join(root, 'tiny.json'), tinyConfig());
  const io = { onEvent: () => {}, shouldStop: () => false };
  checkpoint = (await train({ config, set: [], engine: 'wasm', root, fresh: false }, io)).runHash;
  generator = await openCheckpoint(checkpoint, { root, engine: 'wasm' });
});

after(() => generator.dispose());

const seedsTo = (count: number) => Array.from({ length: count }, (_, seed) => seed);

test('describes the checkpoint', () => {
  assert.deepEqual(
    [generator.runHash, generator.step, generator.refused, generator.engine.name, generator.config.data.height],
    [checkpoint, 12, [], 'wasm', 8],
  );
});

test('generates any number of images, equal to those of dcgan sample', async () => {
  const out = join(root, 'samples.png');
  await sample({ checkpoint, count: 70, columns: 1, padding: 0, scale: 1, out, engine: 'wasm', root });
  const expected = await sharp(out).extractChannel(0).raw().toBuffer();
  for (const count of [1, 2, 8, 9, 70]) {
    const { pixels, shape } = await generator.generate({ seeds: seedsTo(count) });
    assert.deepEqual(shape, [count, 8, 8, 1]);
    assert.ok(expected.subarray(0, count * 64).equals(pixels), `${count}`);
  }
});

test('takes latent vectors as arrays, and concurrent calls', async () => {
  const vectors = [5, 6, 7].map((seed) => [...latentsOfSeeds(latent, [seed])]);
  const [bySeeds, ...others] = await Promise.all([
    generator.generate({ seeds: [5, 6, 7] }),
    generator.generate({ latents: vectors }),
    generator.generate({ latents: vectors.map((vector) => Float32Array.from(vector)) }),
    generator.generate({ latents: writeJsonFile(join(root, 'z.json'), vectors) }),
  ]);
  for (const other of others) assert.deepEqual(other, bySeeds);
});

test('interpolates between latent vectors: eleven frames by default, the middle one from their mean', async () => {
  const way = await generator.interpolate({
    latents: [
      [1, 0, 0, 0],
      [0, 0, 1, 0],
    ],
  });
  assert.deepEqual(way.shape, [11, 8, 8, 1]);
  const { pixels } = await generator.generate({ latents: [[0.5, 0, 0.5, 0]] });
  assert.deepEqual(way.pixels.subarray(5 * 64, 6 * 64), pixels);
});

test('opens the checkpoint of a step', async () => {
  const earlier = await openCheckpoint(checkpoint, { root, engine: 'wasm', which: 8 });
  assert.equal(earlier.step, 8);
  const [before, now] = [await earlier.generate({ seeds: [1] }), await generator.generate({ seeds: [1] })];
  assert.notDeepEqual(before.pixels, now.pixels);
  earlier.dispose();
  await assert.rejects(earlier.generate({ seeds: [1] }), { code: 'usage.disposed' });
});

test('rejects an impossible request with one clear error', async () => {
  await assert.rejects(openCheckpoint('nothing', { root }), { code: 'checkpoint.unknown' });
  await assert.rejects(generator.generate({ seeds: [-1] }), { code: 'usage.seeds', message: /-1 is not a seed/ });
  await assert.rejects(generator.generate({ seeds: [] }), { code: 'usage.seeds' });
  await assert.rejects(generator.generate({ latents: [[1, 2]] }), {
    code: 'usage.latents',
    message: /Vector 0 of latents has 2 numbers\.\n.*of the 4 numbers that this generator takes/,
  });
  await assert.rejects(generator.interpolate({ seeds: [1] }), { code: 'usage.interpolation' });
});
