import assert from 'node:assert/strict';
import { mkdirSync, readFileSync, rmSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { openGenerator } from '../../src/commands/open-generator.ts';
import { train } from '../../src/commands/train.ts';
import { exportCheckpoint } from '../../src/exports/checkpoint.ts';
import { temporaryFolder, tinyConfig, writeJsonFile, writePictures } from '../helpers/temporary-run.ts';
import { sampleImages } from './consumer.ts';
import { randomSource, type ShapeName } from './random-generator.ts';

const root = temporaryFolder();

function emptyFolder(name: string): string {
  const folder = join(root, 'checkpoints', name);
  rmSync(folder, { recursive: true, force: true });
  mkdirSync(folder, { recursive: true });
  return folder;
}

// Kernel values of each generator by hand from its config, and all else it has: 2 bytes and 4 bytes each.
const sizes: readonly (readonly [ShapeName, { kernels: number; others: number }])[] = [
  ['mnist', { kernels: 100 * 12544 + 25 * (256 * 128 + 128 * 64 + 64), others: 4 * (12544 + 128 + 64) }],
  [
    'afg',
    { kernels: 100 * 8192 + 9 * (128 * 128 + 128 * 64 + 64 * 32 + 32 * 3), others: 8192 + 3 + 4 * 128 + 5 * 224 },
  ],
  ['emoji', { kernels: 128 * 8192 + 25 * (512 * 256 + 256 * 128 + 128 * 64 + 64 * 4), others: 8192 + 4 * 960 + 452 }],
];

for (const [shape, { kernels, others }] of sizes) {
  test(`a small checkpoint of ${shape}'s generator makes the same images within 2 of 255`, async () => {
    const source = await randomSource(shape);
    const folder = emptyFolder(shape);
    await exportCheckpoint({ ...source, dataFingerprint: 'abc' }, folder);
    const opened = await openGenerator(shape, { root });
    assert.deepEqual(opened.generator.config, source.generator.config);
    assert.deepEqual([opened.step, opened.dataFingerprint, opened.generator.passes], [1, 'abc', 3]);

    const before = await sampleImages(source);
    const after = await sampleImages({ ...source, generator: opened.generator });
    const largest = before.reduce((most, value, i) => Math.max(most, Math.abs(value - after[i]!)), 0);
    assert.ok(largest <= 2, `${largest} of 255`);

    const bytes = statSync(join(folder, 'weights.safetensors')).size;
    const header = Number(readFileSync(join(folder, 'weights.safetensors')).readBigUInt64LE()) + 8;
    assert.equal(bytes - header, 2 * kernels + 4 * others);
    assert.ok(bytes + statSync(join(folder, 'state.json')).size < 12e6);
  });
}

test('a kernel with values beyond those of half precision is written in bfloat16', async () => {
  const source = await randomSource('odd');
  const [kernel, mean] = ['generator/15/kernel', 'generator/8/movingMean'];
  source.generator.weights[kernel]![0] = 70_000;
  source.generator.weights[mean]![0] = 70_001;
  await exportCheckpoint(source, emptyFolder('large'));
  const { weights } = (await openGenerator('large', { root })).generator;
  assert.equal(weights[kernel]![0], 70_144); // 137 * 512: bfloat16 has 8 significant bits
  assert.equal(weights[mean]![0], 70_001);
});

test('no training goes on from a generator alone', async () => {
  await writePictures(join(root, 'pictures'), 10);
  const config = writeJsonFile(join(root, 'tiny.json'), tinyConfig());
  const options = { config, set: [], engine: 'wasm' as const, root, fresh: false };
  const io = { onEvent: () => {}, shouldStop: () => false };
  const { runHash } = await train(options, io);
  const { generator, step, dataFingerprint } = await openGenerator(runHash, { root });
  const source = { generator, name: 'tiny', step, runHash, dataFingerprint };
  await exportCheckpoint(source, emptyFolder(runHash));

  assert.equal((await openGenerator(runHash, { root })).runHash, runHash);
  await assert.rejects(train(options, io), {
    code: 'checkpoint.generator-only',
    exitCode: 4,
    message: new RegExp(`${runHash} holds a generator alone: it makes images, but no training can go on from it\\.`),
  });
  assert.equal((await train({ ...options, fresh: true }, io)).step, 12);
});
