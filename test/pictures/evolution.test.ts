// The evolution strip of a run's grids.
import assert from 'node:assert/strict';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import sharp from 'sharp';
import { writeEvolution } from '../../src/pictures/evolution.ts';
import { gridGeometry } from '../../src/pictures/grid.ts';
import { temporaryFolder } from '../helpers/temporary-run.ts';

const folder = temporaryFolder();
const tile = { height: 8, width: 8 };
const rowHeight = tile.height * gridGeometry(tile).scale + gridGeometry(tile).padding;

/** A grid in one shade of grey. */
async function writeGrid(name: string, shade: number, width = 100): Promise<string> {
  const path = join(folder, name);
  const background = { r: shade, g: shade, b: shade };
  await sharp({ create: { width, height: 2 * rowHeight, channels: 3, background } })
    .png()
    .toFile(path);
  return path;
}

/** The shade of each row of the strip. */
async function shadesOf(grids: readonly string[]): Promise<number[]> {
  const path = join(folder, 'evolution.png');
  await writeEvolution(path, grids, tile);
  const { data, info } = await sharp(path).removeAlpha().raw().toBuffer({ resolveWithObject: true });
  const rows = Math.floor(info.height / rowHeight);
  return Array.from({ length: rows }, (_, row) => data[(row * rowHeight + 4) * info.width * 3 + 30]!);
}

test('opens only the twelve grids that it shows, including the first and the last', async () => {
  const shown = new Set(Array.from({ length: 12 }, (_, row) => Math.round((row * 99_999) / 11)));
  const broken = join(folder, 'broken.png');
  writeFileSync(broken, 'no picture');
  const grids = Array<string>(100_000).fill(broken);
  for (const index of shown) grids[index] = await writeGrid(`${index}.png`, Math.floor(index / 500));
  assert.deepEqual(
    await shadesOf(grids),
    [...shown].map((index) => Math.floor(index / 500)),
  );
});

test('shows all of a few grids', async () => {
  const grids = await Promise.all([10, 20, 30].map((shade) => writeGrid(`few-${shade}.png`, shade)));
  assert.deepEqual(await shadesOf(grids), [10, 20, 30]);
});

test('starts with the first grid as wide as the last one', async () => {
  for (const [others, count] of [
    [1, 2],
    [37, 40],
    [5, 100],
  ] as const) {
    const grids = await Promise.all(
      Array.from({ length: count }, (_, index) =>
        writeGrid(`${others}-${index}.png`, index, index < others ? 166 : 100),
      ),
    );
    const shades = await shadesOf(grids);
    assert.deepEqual([shades[0], shades.at(-1), shades.length], [others, count - 1, Math.min(12, count - others)]);
  }
});
