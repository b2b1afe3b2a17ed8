// Notes about dark, flat and 12-bit images; stretching of values; and both conversions to gray.
import assert from 'node:assert/strict';
import { join } from 'node:path';
import { test } from 'node:test';
import sharp from 'sharp';
import { decodeImage } from '../../../src/data/decode/decode.ts';
import { type Levels, levelsOf, stretch } from '../../../src/data/decode/levels.ts';
import { toRec601 } from '../../../src/data/decode/rec601.ts';
import { pixels, writeFiles } from '../temporary.ts';
import { folderOf, open, root, values } from './grey-folders.ts';

/** A square gray PNG of 16 bits. */
function deepPng(samples: number[]): Promise<Buffer> {
  const side = Math.sqrt(samples.length);
  return sharp(Uint16Array.from(samples), { raw: { width: side, height: side, channels: 1 } })
    .toColourspace('grey16')
    .png()
    .toBuffer();
}

test('12-bit values in 16-bit files are reported, and stretched over all images together', async () => {
  const folder = writeFiles(join(root, 'twelve-bit'), {
    'a.png': await deepPng([0, 1000, 2000, 4095]),
    'b.png': await deepPng([95, 95, 200, 300]),
  });
  const { dataset: dark } = await open(folder);
  assert.deepEqual(dark.notes, [
    'The images use 6 % of the range: all values lie between 0 and 16 of 255. data.stretch=true stretches them to the full range.',
  ]);
  assert.deepEqual([...dark.read([0])], [0, 4, 8, 16]);
  const { dataset, decoded } = await open(folder, { stretch: true });
  assert.equal(decoded, 4, 'two passes');
  assert.equal(dataset.fingerprint, dark.fingerprint);
  const expected = [0, 1000, 2000, 4095, 95, 95, 200, 300].map((value) => Math.round((255 * value) / 4095));
  assert.deepEqual([...dataset.read([0, 1])], expected);
  assert.ok(dataset.notes.includes("The images' values, 0 to 4095 of 65535, are stretched to the full range."));
  const { dataset: again, decoded: none } = await open(folder, { stretch: true });
  assert.equal(none, 0);
  assert.deepEqual(again.notes, dataset.notes);
});

test('stretching keeps transparency, and images of 8 bits that use the full range', async () => {
  const samples = Uint16Array.of(100, 200, 300, 65535, 300, 250, 100, 0);
  assert.deepEqual(levelsOf(samples, 4), { low: 100, high: 300 });
  assert.deepEqual([...stretch(samples, { low: 100, high: 300 }, 4)], [0, 128, 255, 255, 255, 191, 0, 0]);
  assert.deepEqual(
    [...stretch(Uint16Array.of(65535, 257), { low: 9, high: 9 }, 1)],
    [255, 1],
    'one value is not stretched',
  );
  const folder = await folderOf('full', { 'a.png': 0, 'b.png': 255, 'c.png': 77 });
  assert.deepEqual(values((await open(folder, { stretch: true })).dataset), [0, 255, 77]);
});

test('the colour of padding does not count as a value of the images', async () => {
  const rows = Array.from({ length: 8 }, (_, row) => 10 + 70 * row);
  const folder = writeFiles(join(root, 'padded'), {
    'a.png': await deepPng(rows.flatMap((value) => Array(8).fill(value))),
  });
  const { dataset } = await open(folder, { stretch: true, fit: 'contain', height: 8, width: 16 });
  const padding = Array(4).fill(255);
  const expected = rows.flatMap((_, row) => [...padding, ...Array(8).fill(Math.round((255 * row) / 7)), ...padding]);
  assert.deepEqual([...dataset.read([0])], expected);
});

test('images of a single colour and nearly black ones are counted and named', async () => {
  const greys = Object.fromEntries(Array.from({ length: 7 }, (_, i) => [`flat-${i}.png`, 10 * i]));
  const folder = await folderOf('flat', greys);
  const varied = await pixels([[[0], [255]], [[3], [4]]]).png().toBuffer(); // biome-ignore format: as it looks
  const dim = await pixels([[[0], [12]], [[3], [4]]]).png().toBuffer(); // biome-ignore format: as it looks
  const coloured = await pixels([[[200, 100, 0], [200, 100, 0]], [[200, 100, 0], [200, 100, 0]]]).png().toBuffer(); // biome-ignore format: as it looks
  writeFiles(folder, { 'varied.png': varied, 'dim.png': dim, 'orange.png': coloured });
  const { dataset } = await open(folder, { channels: 3 });
  assert.deepEqual(dataset.notes, [
    '1 of the 10 images are nearly black, with no value above 12 of 255: dim.png.',
    '8 of the 10 images have a single colour: flat-0.png, flat-1.png, flat-2.png, flat-3.png, flat-4.png and 3 more.',
  ]);
});

test('gray is the luminance of linear light, or Rec. 601 of the stored values', async () => {
  const colours = [[255, 0, 0], [0, 255, 0], [0, 0, 255], [255, 255, 255], [200, 100, 50], [77, 77, 77]]; // biome-ignore format: a line
  const png = await pixels([colours]).png().toBuffer();
  const spec = { directory: '', height: 1, width: 6, channels: 1, background: 'white', fit: 'fill' } as const;
  const linear = (value: number) =>
    value <= 0.04045 * 255 ? value / 255 / 12.92 : ((value / 255 + 0.055) / 1.055) ** 2.4;
  const stored = (light: number) => 255 * (light <= 0.0031308 ? 12.92 * light : 1.055 * light ** (1 / 2.4) - 0.055);
  const luminance = colours.map(([red, green, blue]) =>
    stored(0.2126 * linear(red!) + 0.7152 * linear(green!) + 0.0722 * linear(blue!)),
  );
  for (const [i, value] of (await decodeImage(png, spec)).entries())
    assert.ok(Math.abs(value - luminance[i]!) < 1.5, `${i}: ${value}`);
  // PIL's convert('L') of these colours, and OpenCV's cvtColor(COLOR_RGB2GRAY)
  assert.deepEqual([...(await decodeImage(png, { ...spec, gray: 'rec601' }))], [76, 150, 29, 255, 124, 77]);
  assert.deepEqual([...toRec601(Uint16Array.of(65535, 65535, 65535, 1000, 1000, 1000))], [65535, 1000]);
  const jpeg = await sharp(png).resize(64, 64, { kernel: 'nearest', fit: 'fill' }).jpeg().toBuffer();
  const small = await decodeImage(jpeg, { ...spec, height: 16, width: 16, gray: 'rec601' });
  assert.equal(small.length, 256);
});

test('joining the levels of no image changes nothing', () => {
  const none: Levels = levelsOf(new Uint16Array(), 1);
  assert.deepEqual(none, { low: 65535, high: 0 });
});
