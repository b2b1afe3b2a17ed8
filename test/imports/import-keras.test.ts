// Weights made by Keras (test/fixtures/import/make_keras.py), compared with what Keras computes.
import assert from 'node:assert/strict';
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { File, type Group, ready } from 'h5wasm';
import { type ImportOptions, importWeights } from '../../src/commands/import.ts';
import { checkImages, checkScores } from '../helpers/imported-checks.ts';
import { temporaryFolder } from '../helpers/temporary-run.ts';

const fixture = (name: string) => fileURLToPath(new URL(`../fixtures/import/${name}`, import.meta.url));
const numbers = JSON.parse(readFileSync(fixture('golden-keras.json'), 'utf8')) as Record<string, number[]>;
const golden = {
  latents: Float32Array.from(numbers['latents']!), // [4, 4]
  images: Float32Array.from(numbers['images']!), // [4, 8, 8, 3] in [-1, 1]
  scores: Float32Array.from(numbers['scores']!), // [4]
};
const root = temporaryFolder();
const options = (name: string, more: Partial<ImportOptions> = {}): ImportOptions => ({
  file: fixture('gan.weights.h5'),
  config: fixture('keras.yaml'),
  set: [],
  name,
  root,
  ...more,
});

test('imports a model of both networks with the same images and scores as in Keras', async () => {
  const { networks } = await importWeights(options('gan'));
  assert.deepEqual(
    networks.map(({ network, format, path }) => [network, format, path]),
    [
      ['generator', 'Keras (HDF5)', 'generator'],
      ['discriminator', 'Keras (HDF5)', 'discriminator'],
    ],
  );
  await checkImages(root, 'gan', golden);
  await checkScores(root, 'gan', golden);
});

test('imports the format before Keras 3, with named parts', async () => {
  const { networks } = await importWeights(options('named', { discriminator: fixture('discriminator.h5') }));
  assert.equal(networks[1]!.layers[0]!.tensors[0]!.key, 'model_weights.conv2d_1.sequential_1.conv2d_1.kernel');
  await checkScores(root, 'named', golden);
});

test('names a tensor that does not fit with both shapes', async () => {
  await assert.rejects(importWeights(options('misfit', { set: ['generator.layers[6].filters=3'] })), {
    code: 'checkpoint.mismatch',
    message: /conv2d_transpose_1\.vars\.0 is \[5, 5, 4, 5\], but layer 6 \(convTranspose\) takes \[5, 5, 3, 5\]/,
  });
});

test('a damaged HDF5 file is refused', async () => {
  const bytes = readFileSync(fixture('gan.weights.h5'));
  const file = join(root, 'damaged.h5');
  for (const content of [bytes.subarray(0, 600), bytes.subarray(0, bytes.length / 2)]) {
    writeFileSync(file, content);
    await assert.rejects(importWeights(options('damaged', { file })), { code: 'checkpoint.damaged' });
  }
});

test('refuses a dataset that refers to another file', async () => {
  const file = fixture('virtual.weights.h5');
  await assert.rejects(importWeights(options('virtual', { file })), {
    code: 'checkpoint.damaged',
    message: /its dataset \S+ only refers to data elsewhere/,
  });
});

test('groups nested 100 deep are refused', async () => {
  const { FS } = await ready;
  const written = new File('/deep.h5', 'w');
  let group: Group = written;
  for (let depth = 0; depth < 100; depth++) group = group.create_group('g');
  written.close();
  const file = join(root, 'deep.h5');
  writeFileSync(file, FS.readFile('/deep.h5'));
  await assert.rejects(importWeights(options('deep', { file })), {
    code: 'checkpoint.damaged',
    message: /nested more than 32 deep/,
  });
});

test('refuses groups that contain each other', async () => {
  const { FS } = await ready;
  const written = new File('/endless.h5', 'w');
  for (const name of ['a', 'b']) written.create_soft_link('/', name);
  written.close();
  const file = join(root, 'endless.h5');
  writeFileSync(file, FS.readFile('/endless.h5'));
  await assert.rejects(importWeights(options('endless', { file })), {
    code: 'checkpoint.damaged',
    message: /more than 10000 objects/,
  });
});
