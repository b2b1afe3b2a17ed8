// BMP, Netpbm and TIFF images, JPEGs with other extensions, files without one, and text with an image signature.
import assert from 'node:assert/strict';
import { join } from 'node:path';
import { test } from 'node:test';
import sharp from 'sharp';
import { decodeImage } from '../../../../src/data/decode/decode.ts';
import { greyPng, writeFiles } from '../../temporary.ts';
import { folderOf, open, refusal, root, values } from '../grey-folders.ts';

const spec = { directory: '', height: 2, width: 3, channels: 3, background: 'white', fit: 'cover' } as const;

/** 3 x 2 pixels, from the top left. */
const picture = [
  [[255, 0, 0], [0, 255, 0], [0, 0, 255]],
  [[0, 0, 0], [255, 255, 255], [255, 0, 0]],
]; // biome-ignore format: as it looks

const flat = picture.flat(2);

interface Bmp {
  bits: number;
  rows: number[][];
  palette?: number[][];
  compression?: number;
  masks?: number[];
  height?: number;
}

/** A BMP file with a BITMAPINFOHEADER; rows in file order, each padded to a multiple of four bytes. */
function bmp({ bits, rows, palette = [], compression = 0, masks = [], height = 2 }: Bmp): Buffer {
  const header = Buffer.alloc(54);
  const table = Buffer.concat([...masks.map(uint32), Buffer.from(palette.flat())]);
  const body = Buffer.concat(
    rows.map((row) => Buffer.concat([Buffer.from(row), Buffer.alloc((4 - (row.length % 4)) % 4)])),
  );
  header.write('BM', 0, 'latin1');
  header.writeUInt32LE(54 + table.length, 10);
  header.writeUInt32LE(40, 14);
  header.writeInt32LE(3, 18);
  header.writeInt32LE(height, 22);
  header.writeUInt16LE(1, 26);
  header.writeUInt16LE(bits, 28);
  header.writeUInt32LE(compression, 30);
  header.writeUInt32LE(palette.length, 46);
  return Buffer.concat([header, table, body]);
}

function uint32(value: number): Buffer {
  const bytes = Buffer.alloc(4);
  bytes.writeUInt32LE(value);
  return bytes;
}

const bgr = (row: number[][]) => row.flatMap(([red, green, blue]) => [blue!, green!, red!]);
const palette = [
  [0, 0, 0, 0],
  [255, 255, 255, 0],
  [0, 0, 255, 0],
  [0, 255, 0, 0],
  [255, 0, 0, 0],
]; // blue, green, red, unused

test('BMP files of 1 to 32 bits are read, rows from the bottom or the top', async () => {
  const bottomUp = [...picture].reverse();
  const indices = [[2, 3, 4], [0, 1, 2]].reverse(); // biome-ignore format: as in the picture
  const in565 = (row: number[][]) =>
    row.flatMap(([red, green, blue]) => {
      const value = ((red! >> 3) << 11) | ((green! >> 2) << 5) | (blue! >> 3);
      return [value & 255, value >> 8];
    });
  const files = {
    24: bmp({ bits: 24, rows: bottomUp.map(bgr) }),
    'from the top': bmp({ bits: 24, rows: picture.map(bgr), height: -2 }),
    8: bmp({ bits: 8, rows: indices, palette }),
    4: bmp({ bits: 4, rows: indices.map(([a, b, c]) => [(a! << 4) | b!, c! << 4]), palette }),
    32: bmp({ bits: 32, rows: bottomUp.map((row) => row.flatMap(([red, green, blue]) => [blue!, green!, red!, 77])) }),
    'with masks': bmp({ bits: 16, rows: bottomUp.map(in565), compression: 3, masks: [0xf800, 0x7e0, 0x1f] }),
    'with alpha bits': bmp({
      bits: 32,
      rows: bottomUp.map((row) => row.flatMap(([red, green, blue]) => [255, blue!, green!, red!])),
      compression: 6,
      masks: [0xff000000, 0xff0000, 0xff00, 0xff],
    }),
  };
  for (const [kind, file] of Object.entries(files)) assert.deepEqual([...(await decodeImage(file, spec))], flat, kind);
  const twoColours = bmp({ bits: 1, rows: [[0b01000000], [0b10100000]], palette: palette.slice(0, 2) });
  const gray = await decodeImage(twoColours, { ...spec, channels: 1 });
  assert.deepEqual([...gray], [255, 0, 255, 0, 255, 0]);
  await assert.rejects(decodeImage(bmp({ bits: 8, rows: indices, palette, compression: 1 }), spec), /RLE compression/);
  await assert.rejects(decodeImage(files[24].subarray(0, 70), spec), /ends before its last pixel/);
});

test('binary PGM and PPM files are read, of 8 and 16 bits and other largest values', async () => {
  const ppm = (header: string, samples: number[]) => Buffer.concat([Buffer.from(header), Buffer.from(samples)]);
  assert.deepEqual([...(await decodeImage(ppm('P6\n# by hand\n3 2\n255\n', flat), spec))], flat);
  const gray = { ...spec, channels: 1 } as const;
  assert.deepEqual([...(await decodeImage(ppm('P5 3 2 15 ', [0, 5, 15, 3, 9, 12]), gray))], [0, 85, 255, 51, 153, 204]);
  const wide = [0, 4095, 2048, 1024, 512, 4095].flatMap((value) => [value >> 8, value & 255]);
  assert.deepEqual([...(await decodeImage(ppm('P5\n3 2\n4095\n', wide), gray))], [0, 255, 128, 64, 32, 255]);
  await assert.rejects(decodeImage(ppm('P2\n3 2\n15\n', flat), spec), /only binary gray and RGB \(P5, P6\)/);
  await assert.rejects(decodeImage(ppm('P6\n3 3\n255\n', flat), spec), /ends before its last pixel/);
  await assert.rejects(decodeImage(ppm('P6\n99999 99999\n255\n', flat), spec), /exceed the limit of 268,402,689/);
});

test('TIFF files, JPEGs called .jfif and .jpe, and images without an extension are found', async () => {
  const gray = (value: number) =>
    sharp({ create: { width: 2, height: 2, channels: 3, background: { r: value, g: value, b: value } } });
  const folder = writeFiles(join(root, 'formats'), {
    'a.tif': await gray(10).tiff().toBuffer(),
    'b.TIFF': await gray(20).tiff({ compression: 'lzw' }).toBuffer(),
    'c.jfif': await gray(30).jpeg({ quality: 100 }).toBuffer(),
    'd.jpe': await gray(40).jpeg({ quality: 100 }).toBuffer(),
    'e.pgm': Buffer.concat([Buffer.from('P5\n2 2\n255\n'), Buffer.from([50, 50, 50, 50])]),
    f: await greyPng(60),
    'g.png': await gray(70).tiff().toBuffer(),
    notes: 'text without an extension',
  });
  const { dataset } = await open(folder);
  assert.deepEqual(values(dataset), [10, 20, 30, 40, 50, 60, 70]);
  assert.ok(dataset.notes.includes('Skipped 1 file: 1 without extension.'), dataset.notes.join('\n'));
});

test('counts skipped files by extension, the most frequent first, with advice', async () => {
  const folder = await folderOf('with-others', { 'a.png': 0, 'b.png': 255 });
  const heic = Object.fromEntries(Array.from({ length: 9 }, (_, i) => [`phone/${i}.HEIC`, 'x']));
  writeFiles(folder, { ...heic, 'a.txt': '', 'b.txt': '', labels: '1 2 3', 'README.md': '', 'c.nef': '' });
  const { dataset } = await open(folder);
  const expected =
    'Skipped 13 files: 9 .heic (convert them: magick mogrify -format jpg *.heic), 2 .txt, 1 .nef (camera raw: export them as JPEG or TIFF), 1 without extension.';
  assert.ok(dataset.notes.includes(expected), dataset.notes.join('\n'));
  assert.deepEqual((await open(folder)).dataset.notes, dataset.notes, 'also at the second start');
});

test('a HEIC image under another name is refused by name', async () => {
  const heic = Buffer.concat([uint32(0x18000000), Buffer.from('ftypheic'), Buffer.alloc(12), Buffer.from('heic')]);
  const folder = writeFiles(join(root, 'heic'), { 'a.jpg': heic });
  assert.match((await refusal(folder)).message, /a\.jpg: it is a HEIC image, which is not supported; convert it/);
});

test('text with the signature of an image is not drawn as an SVG', async () => {
  const filters = '<feGaussianBlur stdDeviation="99"/>'.repeat(9);
  const svg = `<svg xmlns="http://www.w3.org/2000/svg" width="2000" height="2000"><filter id="f">${filters}</filter><rect width="2000" height="2000" filter="url(#f)"/></svg>`;
  const pretenders = [
    `<!--ftypavif-->${svg}`,
    `<!--xxxWEBP-->${svg}`,
    `<!--ftypheic-->${svg}`,
    `RIFFxxxxWEBP${svg}`,
    `GIF89a${svg}`,
    `BM${svg}`,
    `P6\n${svg}`,
  ];
  const start = performance.now();
  for (const text of pretenders) await assert.rejects(decodeImage(Buffer.from(text), spec), Error, text.slice(0, 20));
  assert.ok(performance.now() - start < 5000, `${performance.now() - start} ms`);
});
