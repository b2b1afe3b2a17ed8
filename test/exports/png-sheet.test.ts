import assert from 'node:assert/strict';
import { mkdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import sharp from 'sharp';
import { exportPngSheet } from '../../src/exports/png-sheet.ts';
import { temporaryFolder } from '../helpers/temporary-run.ts';
import { sampleImages } from './consumer.ts';
import { sourceOf, sourceOfShape } from './sources.ts';

const root = temporaryFolder();

interface Tile {
  seed: number;
  x: number;
  y: number;
  width: number;
  height: number;
}

for (const shape of ['odd', 'emoji'] as const) {
  test(`${shape}: draws the image of each seed in its tile, pixel for pixel`, async () => {
    const folder = join(root, shape);
    mkdirSync(folder);
    const source = await sourceOfShape(shape);
    assert.deepEqual(await exportPngSheet(source, folder), ['sheet.png', 'sheet.json']);
    const description = JSON.parse(readFileSync(join(folder, 'sheet.json'), 'utf8'));
    const { image, columns, rows, tiles } = description as {
      image: string;
      columns: number;
      rows: number;
      tiles: Tile[];
    };
    const { width, height, channels } = source.generator.config.data;
    const sheet = await sharp(join(folder, image)).metadata();
    assert.deepEqual([sheet.width, sheet.height, sheet.channels], [columns * width, rows * height, channels]);
    assert.deepEqual([description.width, description.height], [columns * width, rows * height]);
    assert.deepEqual(
      tiles.map(({ seed }) => seed),
      Array.from({ length: 64 }, (_, seed) => seed),
    );

    const expected = await sampleImages(source);
    for (const { seed, x, y, ...size } of tiles.slice(0, 16)) {
      assert.deepEqual(size, { width, height });
      const tile = await sharp(join(folder, image)).extract({ left: x, top: y, width, height }).raw().toBuffer();
      const bytes = height * width * channels;
      const image16 = expected.subarray(seed * bytes, (seed + 1) * bytes);
      assert.ok(tile.every((value, i) => Math.abs(value - image16[i]!) <= 1)); // rounding may depend on the batch size
    }
  });
}

test("an image does not depend on the others of its batch, even if the run's grids use batch statistics", async () => {
  const source = await sourceOfShape('odd');
  const { config } = source.generator;
  const grid = { ...config.outputs.grid, batchNorm: 'batch' as const };
  const generator = { ...source.generator, config: { ...config, outputs: { ...config.outputs, grid } } };
  const folders = ['moving', 'batch'].map((name) => join(root, name));
  for (const folder of folders) mkdirSync(folder);
  await exportPngSheet(source, folders[0]!);
  await exportPngSheet(sourceOf(generator), folders[1]!);
  const [moving, batch] = folders.map((folder) => readFileSync(join(folder, 'sheet.png')));
  assert.deepEqual(batch, moving);
});
