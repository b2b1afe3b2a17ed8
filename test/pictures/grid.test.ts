import assert from 'node:assert/strict';
import { mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, test } from 'node:test';
import sharp from 'sharp';
import { createGrid, drawImages, writeGrid } from '../../src/pictures/grid.ts';

const folder = mkdtempSync(join(tmpdir(), 'dcgan-grid-'));
after(() => rmSync(folder, { recursive: true }));

async function readPixels(path: string) {
  const { data, info } = await sharp(path).raw().toBuffer({ resolveWithObject: true });
  return {
    ...info,
    at: (x: number, y: number) => [...data.subarray((y * info.width + x) * info.channels).subarray(0, info.channels)],
  };
}

test('places every pixel of five RGB images in rows of three, doubled, with padding', async () => {
  // Image i is 2 wide and 1 high: a left pixel (i, 0, 0) and a right pixel (i, 255, 0).
  const pixels = Uint8Array.from([0, 1, 2, 3, 4].flatMap((i) => [i, 0, 0, i, 255, 0]));
  const path = join(folder, 'rgb.png');
  await writeGrid(
    path,
    { pixels, height: 1, width: 2, channels: 3 },
    { columns: 3, padding: 1, scale: 2, background: '#102030' },
  );
  const { width, height, channels, at } = await readPixels(path);
  assert.deepEqual([width, height, channels], [1 + 3 * (4 + 1), 1 + 2 * (2 + 1), 3]);
  const background = [0x10, 0x20, 0x30];
  // Columns of one image: background at 0, left pixel at 1 and 2, right pixel at 3 and 4; the next begins at 6.
  const row = (i: number) => [
    [i, 0, 0],
    [i, 0, 0],
    [i, 255, 0],
    [i, 255, 0],
  ];
  for (const y of [1, 2]) {
    const expected = [background, ...row(0), background, ...row(1), background, ...row(2), background];
    assert.deepEqual(
      Array.from({ length: 16 }, (_, x) => at(x, y)),
      expected,
    );
  }
  for (const y of [4, 5]) {
    const expected = [background, ...row(3), background, ...row(4), ...Array(6).fill(background)];
    assert.deepEqual(
      Array.from({ length: 16 }, (_, x) => at(x, y)),
      expected,
    );
  }
  for (const y of [0, 3, 6])
    assert.ok(Array.from({ length: 16 }, (_, x) => at(x, y)).every((pixel) => `${pixel}` === `${background}`));
  assert.deepEqual(readdirSync(folder), ['rgb.png']);
});

test('keeps alpha, with transparent padding', async () => {
  const path = join(folder, 'rgba.png');
  await writeGrid(
    path,
    { pixels: Uint8Array.of(10, 20, 30, 128, 1, 2, 3, 0), height: 1, width: 1, channels: 4 },
    { columns: 8, scale: 1 },
  );
  const { width, height, channels, at } = await readPixels(path);
  assert.deepEqual([width, height, channels], [2 + 2 * (1 + 2), 5, 4]);
  assert.deepEqual(
    [at(2, 2), at(5, 2)],
    [
      [10, 20, 30, 128],
      [1, 2, 3, 0],
    ],
  );
  assert.equal(at(0, 0)[3], 0);
  assert.equal(at(4, 2)[3], 0);
});

test('enlarges digits of 28 pixels three times, and keeps images of 64 pixels and more', async () => {
  for (const [size, scale] of [
    [28, 3],
    [16, 4],
    [64, 1],
    [100, 1],
  ] as const) {
    const path = join(folder, 'grey.png');
    const pixels = new Uint8Array(6 * size * size).fill(77);
    await writeGrid(path, { pixels, height: size, width: size, channels: 1 }, { columns: 3 });
    const { width, height, channels } = await sharp(path).metadata();
    const { at } = await readPixels(path); // as RGB
    assert.deepEqual([width, height, channels], [2 + 3 * (size * scale + 2), 2 + 2 * (size * scale + 2), 1]);
    assert.deepEqual([at(0, 0)[0], at(1, 1)[0], at(2, 2)[0]], [255, 255, 77]);
  }
});

test('the format follows the extension', async () => {
  const images = { pixels: Uint8Array.of(200, 0, 0, 255), height: 1, width: 1, channels: 4 } as const;
  for (const [name, format] of [
    ['a.webp', 'webp'],
    ['a.JPG', 'jpeg'],
    ['a.jpeg', 'jpeg'],
  ] as const) {
    await writeGrid(join(folder, name), images, { columns: 1 });
    assert.equal((await sharp(join(folder, name)).metadata()).format, format);
  }
  const webp = await readPixels(join(folder, 'a.webp'));
  assert.deepEqual([webp.at(2, 2), webp.at(0, 0)[3]], [[200, 0, 0, 255], 0]);
  assert.deepEqual(
    (await readPixels(join(folder, 'a.jpeg'))).at(0, 0).map((value) => value > 240),
    [true, true, true],
  ); // white
  await assert.rejects(writeGrid(join(folder, 'a.xyz'), images, { columns: 1 }), {
    code: 'usage.unknown-picture-format',
    exitCode: 2,
  });
});

test('reports a grid that cannot be written', async () => {
  const image = { pixels: new Uint8Array(20_000), height: 1, width: 20_000, channels: 1 } as const;
  await assert.rejects(writeGrid(join(folder, 'wide.webp'), image, { columns: 1 }), { code: 'usage.cannot-write' }); // at most 16383
  await assert.rejects(writeGrid(join(folder, 'no', 'a.png'), image, { columns: 1 }), { code: 'usage.cannot-write' });
  await assert.rejects(
    writeGrid(join(folder, 'a.png'), { ...image, width: 3 }, { columns: 1 }),
    /do not make complete images/,
  );
});

test('draws batches of images at the same positions as all at once', async () => {
  // six images of one pixel, 10 to 60, in three columns and three rows: the last row stays empty
  const image = { height: 1, width: 1, channels: 1 } as const;
  const grid = await createGrid(image, 9, { columns: 3, padding: 1, scale: 1, background: 'black' });
  drawImages(grid, 0, { ...image, pixels: Uint8Array.of(10, 20, 30, 40) });
  drawImages(grid, 4, { ...image, pixels: Uint8Array.of(50, 60) });
  const rows = Array.from({ length: 7 }, (_, y) => [...grid.picture.pixels.subarray(y * 7, y * 7 + 7)]);
  const empty = [0, 0, 0, 0, 0, 0, 0];
  assert.deepEqual(rows, [empty, [0, 10, 0, 20, 0, 30, 0], empty, [0, 40, 0, 50, 0, 60, 0], empty, empty, empty]);
});

test('refuses a picture of more than 1 GiB before allocating memory', async () => {
  // 32 x 32 images of 1024 x 1024 grey pixels are 2^30 bytes; padding is more than that
  const image = { height: 1024, width: 1024, channels: 1 } as const;
  await assert.rejects(createGrid(image, 1024, { columns: 32, padding: 1 }), {
    code: 'usage.picture-too-large',
    message: /1024 images would need one file of 32801 x 32801 pixels/,
  });
});
