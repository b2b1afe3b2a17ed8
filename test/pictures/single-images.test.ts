import assert from 'node:assert/strict';
import { mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, test } from 'node:test';
import sharp from 'sharp';
import { writeImages } from '../../src/pictures/single-images.ts';

const folder = mkdtempSync(join(tmpdir(), 'dcgan-single-'));
after(() => rmSync(folder, { recursive: true }));

const images = { pixels: Uint8Array.of(10, 20, 30, 128, 1, 2, 3, 0), height: 1, width: 1, channels: 4 } as const;

test('writes each image under its name, with alpha, and no other file', async () => {
  const files = await writeImages(folder, images, { nameOf: (i) => `n${7 - i}`, format: 'png', scale: 2 });
  assert.deepEqual(files, [join(folder, 'n7.png'), join(folder, 'n6.png')]);
  assert.deepEqual(readdirSync(folder).sort(), ['n6.png', 'n7.png']);
  const { data, info } = await sharp(files[0]).raw().toBuffer({ resolveWithObject: true });
  assert.deepEqual([info.width, info.height, info.channels], [2, 2, 4]);
  assert.deepEqual([...data.subarray(12)], [10, 20, 30, 128]);
});

test('writes other formats, and reports a missing folder', async () => {
  const nameOf = String;
  const files = [
    ...(await writeImages(folder, images, { nameOf, format: 'webp', scale: 1 })),
    ...(await writeImages(folder, images, { nameOf, format: 'jpg', scale: 1 })),
  ];
  const formats = await Promise.all(files.map(async (file) => (await sharp(file).metadata()).format));
  assert.deepEqual(formats, ['webp', 'webp', 'jpeg', 'jpeg']);
  await assert.rejects(writeImages(join(folder, 'none'), images, { nameOf, format: 'png', scale: 1 }), {
    code: 'usage.cannot-write',
  });
});
