import assert from 'node:assert/strict';
import { mkdirSync, readFileSync, rmSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { train } from '../../src/commands/train.ts';
import { exportCheckpoint } from '../../src/exports/checkpoint.ts';
import { exportSource } from '../../src/exports/export-source.ts';
import { openGenerator } from '../../src/sampling/open-generator.ts';
import { silent } from '../../src/sampling/sampling.ts';
import { temporaryFolder, tinyConfig, writeJsonFile, writePictures } from '../helpers/temporary-run.ts';
import { sampleImages } from './consumer.ts';
import { type ShapeName, sourceOfShape } from './sources.ts';

const root = temporaryFolder();

function emptyFolder(name: string): string {
  const folder = join(root, 'checkpoints', name);
  rmSync(folder, { recursive: true, force: true });
  mkdirSync(folder, { recursive: true });
  return folder;
}

// Kernel values, 2 bytes each, and all other values, 4 bytes each, counted by hand from the configs.
const sizes: readonly (readonly [ShapeName, { kernels: number; others: number }])[] = [
  ['mnist', { kernels: 100 * 784 + 25 * (16 * 8 + 8 * 4 + 4), others: 4 * (784 + 8 + 4) }],
  ['afg', { kernels: 100 * 512 + 9 * (8 * 8 + 8 * 4 + 4 * 4 + 4 * 3), others: 512 + 3 + 4 * 8 + 5 * 16 }],
  ['emoji', { kernels: 128 * 512 + 25 * (32 * 16 + 16 * 8 + 8 * 4 + 4 * 4), others: 512 + 4 * 60 + 32 }],
];

for (const [shape, { kernels, others }] of sizes) {
  test(`a small checkpoint of ${shape}'s generator makes the same images within 2 of 255`, async () => {
    const source = await sourceOfShape(shape);
    const folder = emptyFolder(shape);
    await exportCheckpoint(source, folder);
    const opened = await openGenerator(shape, { root });
    assert.deepEqual(opened.generator.config, source.generator.config);
    assert.deepEqual([opened.step, opened.dataFingerprint, opened.generator.passes], [20, 'abc', 300]);

    const before = await sampleImages(source);
    const after = await sampleImages({ ...source, generator: opened.generator });
    const largest = before.reduce((most, value, i) => Math.max(most, Math.abs(value - after[i]!)), 0);
    assert.ok(largest <= 2, `${largest} of 255`);

    const bytes = statSync(join(folder, 'weights.safetensors')).size;
    const header = Number(readFileSync(join(folder, 'weights.safetensors')).readBigUInt64LE()) + 8;
    assert.equal(bytes - header, 2 * kernels + 4 * others);
  });
}

test('writes a kernel with values beyond float16 in bfloat16', async () => {
  const source = await sourceOfShape('odd');
  const [kernel, mean] = ['generator/15/kernel', 'generator/8/movingMean'];
  source.generator.weights[kernel]![0] = 70_000;
  source.generator.weights[mean]![0] = 70_001;
  await exportCheckpoint(source, emptyFolder('large'));
  const { weights } = (await openGenerator('large', { root })).generator;
  assert.equal(weights[kernel]![0], 70_144); // 137 * 512: bfloat16 has 8 significant bits
  assert.equal(weights[mean]![0], 70_001);
});

test('refuses to resume training from a generator alone', async () => {
  await writePictures(join(root, 'pictures'), 10);
  const config = writeJsonFile(join(root, 'tiny.json'), tinyConfig());
  const options = { config, set: [], engine: 'wasm' as const, root, fresh: false };
  const io = { onEvent: () => {}, shouldStop: () => false };
  const { runHash } = await train(options, io);
  const source = exportSource(await openGenerator(runHash, { root }), { engine: 'wasm' }, silent);
  await exportCheckpoint(source, emptyFolder(runHash));

  assert.equal((await openGenerator(runHash, { root })).runHash, runHash);
  await assert.rejects(train(options, io), {
    code: 'checkpoint.generator-only',
    exitCode: 4,
    message: new RegExp(
      `${runHash} holds only a generator: it can generate images, but training cannot resume from it\\.`,
    ),
  });
  assert.equal((await train({ ...options, fresh: true }, io)).step, 12);
});
