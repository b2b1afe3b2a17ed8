// dcgan never trains on images that it wrote.
import assert from 'node:assert/strict';
import { mkdirSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import sharp from 'sharp';
import { openImages } from '../../../src/data/dataset/open.ts';
import { writeGrid } from '../../../src/pictures/grid.ts';
import { runCli } from '../../helpers/run-cli.ts';
import { temporaryFolder, tinyConfig, writeJsonFile, writePictures } from '../../helpers/temporary-run.ts';
import { greyPng, writeFiles } from '../temporary.ts';

const folder = temporaryFolder();

test('resumes when the results are written into the image folder, ignoring its own pictures', async () => {
  await writePictures(folder, 8);
  writeJsonFile(join(folder, 'tiny.json'), tinyConfig());
  const train = (steps: number) =>
    runCli(['train', '--config', 'tiny.json', '--data', '.', '--engine', 'wasm', '--set', `training.steps=${steps}`], {
      cwd: folder,
    });
  const first = await train(4);
  assert.equal(first.exitCode, 0, first.stderr);
  assert.match(first.stderr, /Data: 8 images/);
  const second = await train(8);
  assert.equal(second.exitCode, 0, second.stderr);
  assert.match(second.stderr, /Data: 8 images/);
  assert.match(second.stderr, /at step 4/);
  const hash = /Run ([0-9a-f]{7}) in/.exec(second.stderr)![1];
  const note = `Skipped 2 folders that dcgan wrote: checkpoints/${hash}/000004, results/${hash}.`;
  assert.equal(second.stderr.split('\n').filter((line) => line.includes(note)).length, 1, second.stderr);
});

test('recognises results, checkpoints and exports anywhere, and no other folders', async () => {
  const png = await greyPng(7);
  const run = JSON.stringify({ runHash: '1234567', dataFingerprint: 'f', seed: 1 });
  const pictures = writeFiles(join(folder, 'mixed'), {
    'a.png': png,
    'deep/down/mine/config.json': run,
    'deep/down/mine/samples/000001.png': png,
    'page/export.json': JSON.stringify({ format: 'png-sheet', runHash: '1234567', files: ['sheet.png'] }),
    'page/sheet.png': png,
    'results/89abcde/metrics.jsonl': '{}',
    'results/89abcde/neighbours-000001.png': png,
    'model/weights.safetensors': '',
    'model/state.json': '{}',
    'model/preview.png': png,
    'camera/config.json': '{"exposure": 1}',
    'camera/export.json': 'no JSON',
    'camera/b.png': png,
    'results/mine/c.png': png,
  });
  const dataset = await openImages({
    directory: pictures,
    height: 2,
    width: 2,
    channels: 1,
    background: 'white',
    fit: 'cover',
  });
  assert.equal(dataset.count, 3);
  assert.match(
    dataset.notes.join('\n'),
    /4 folders that dcgan wrote: deep\/down\/mine, model, page, results\/89abcde\./,
  );
});

test('reports pictures that dcgan has drawn, unless the folder has no others', async () => {
  const spec = { height: 8, width: 8, channels: 1, background: 'white', fit: 'cover' } as const;
  const directory = await writePictures(join(folder, 'with-samples'), 3);
  const images = { pixels: new Uint8Array(128).fill(200, 0, 40), height: 8, width: 8, channels: 1 as const };
  for (const name of ['samples.png', 'samples.jpg', 'samples.webp'])
    await writeGrid(join(directory, name), images, { columns: 2 });
  const { notes } = await openImages({ ...spec, directory });
  const expected =
    '3 of the 6 images were drawn by dcgan itself; move them elsewhere: samples.jpg, samples.png, samples.webp.';
  assert.ok(notes.includes(expected), notes.join('\n'));
  for (let i = 0; i < 3; i++) rmSync(join(directory, `00${i}.png`));
  assert.doesNotMatch((await openImages({ ...spec, directory })).notes.join('\n'), /drawn by dcgan/);
});

test('pictures decoded beside one that dcgan has drawn are not mistaken for its own', async () => {
  const directory = join(folder, 'beside-samples');
  await writeNoise(directory, 12);
  const images = { pixels: new Uint8Array(64).fill(200, 0, 20), height: 8, width: 8, channels: 1 as const };
  for (const name of ['003-samples.png', '007-samples.png'])
    await writeGrid(join(directory, name), images, { columns: 1 });
  const spec = { height: 8, width: 8, channels: 1, background: 'white', fit: 'cover' } as const;
  const { notes } = await openImages({ ...spec, directory });
  const expected =
    '2 of the 14 images were drawn by dcgan itself; move them elsewhere: 003-samples.png, 007-samples.png.';
  assert.ok(notes.includes(expected), notes.join('\n'));
});

test('reports a folder that contains only runs', async () => {
  const runs = writeFiles(join(folder, 'runs'), {
    'x/weights.safetensors': '',
    'x/state.json': '',
    'x/a.png': await greyPng(1),
  });
  const spec = { directory: runs, height: 2, width: 2, channels: 1, background: 'white', fit: 'cover' } as const;
  await assert.rejects(openImages(spec), {
    code: 'data.empty-folder',
    message: /only images in folders that dcgan wrote: x/,
  });
});

/** Pictures of 1,024 pixels of noise, whose files extend beyond the position of the mark in a drawn one. */
async function writeNoise(directory: string, count: number): Promise<void> {
  mkdirSync(directory, { recursive: true });
  for (let index = 0; index < count; index++) {
    const pixels = Uint8Array.from({ length: 1024 }, (_, i) => ((i + 1) * (i + 7) * (2 * index + 31)) % 251);
    const picture = sharp(pixels, { raw: { width: 32, height: 32, channels: 1 } });
    await picture.png().toFile(join(directory, `${String(index).padStart(3, '0')}.png`));
  }
}
