import assert from 'node:assert/strict';
import { test } from 'node:test';
import { createGrid, drawImages } from '../../src/pictures/grid.ts';
import { labelRows } from '../../src/pictures/row-labels.ts';
import { temporaryFolder } from '../helpers/temporary-run.ts';

temporaryFolder(); // for the fonts' configuration

/** Which rows of pixels beside a grid of two labelled rows have ink, top to bottom. */
async function inkOf(labels: string[], channels: 1 | 3 | 4) {
  const image = { height: 40, width: 40, channels };
  const grid = await createGrid(image, labels.length, { columns: 1, scale: 1 });
  drawImages(grid, 0, { ...image, pixels: new Uint8Array(labels.length * 1600 * channels).fill(9) });
  const before = grid.picture;
  const { picture } = await labelRows(grid, labels);
  const margin = picture.width - before.width;
  const pixel = (x: number, y: number) => [
    ...picture.pixels.subarray((y * picture.width + x) * channels).subarray(0, channels),
  ];
  for (let y = 0; y < picture.height; y++) {
    const row = picture.pixels.subarray((y * picture.width + margin) * channels, (y + 1) * picture.width * channels);
    assert.deepEqual(row, before.pixels.subarray(y * before.width * channels, (y + 1) * before.width * channels));
  }
  const isInk = (x: number, y: number) => (channels === 4 ? pixel(x, y)[3]! > 99 : pixel(x, y)[0]! < 200);
  const rows = Array.from({ length: picture.height }, (_, y) => Array.from({ length: margin }, (_, x) => isInk(x, y)));
  return { margin, inked: rows.map((row) => row.filter(Boolean).length) };
}

test('draws each label before its row, vertically centred, without changing the grid', async () => {
  for (const channels of [1, 3, 4] as const) {
    const { margin, inked } = await inkOf(['l', 'lll'], channels);
    assert.equal(margin, 36);
    const count = (from: number, to: number) => inked.slice(from, to).reduce((sum, row) => sum + row, 0);
    assert.ok(count(0, 42) > 10, 'the first row has ink');
    assert.ok(Math.abs(count(42, 84) / count(0, 42) - 3) < 0.1, 'the second one three times as much');
    const lines = inked.flatMap((row, y) => (y < 42 && row > 0 ? [y] : []));
    assert.ok(Math.abs((lines[0]! + lines.at(-1)!) / 2 - 21.5) <= 3);
  }
});
