import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { test } from 'node:test';
import sharp from 'sharp';
import { decodeSmallJpeg } from '../../../../src/data/decode/jpeg/small-jpeg.ts';

/** These files of 72 x 96 pixels as decoded by Pillow with its libjpeg-turbo (test/fixtures/jpeg/make.py). */
const expected = JSON.parse(readFileSync('test/fixtures/jpeg/expected.json', 'utf8')) as {
  eighths: Record<string, Record<string, string>>;
  whole: Record<string, string>;
};
const file = (name: string) => readFileSync(`test/fixtures/jpeg/${name}.jpeg`);
const channelsOf = (name: string) => (name === 'grey' ? 1 : 3);
const names = ['colour', 'full-colour', 'grey'];

test("decodes the full size bit for bit as Pillow's libjpeg-turbo", () => {
  for (const name of names) {
    const pixels = decodeSmallJpeg(file(name), { height: 72, width: 96, channels: channelsOf(name), fit: 'cover' });
    assert.equal(sha256(pixels!), expected.eighths[name]!['1'], name);
  }
});

test("scales from the nearest eighths, close to Pillow's result from the full size and to sharp's", async () => {
  for (const name of names) {
    const channels = channelsOf(name);
    const pixels = decodeSmallJpeg(file(name), { height: 30, width: 40, channels, fit: 'cover' })!;
    const sharps = sharp(file(name))
      .resize(40, 30)
      .toColourspace(channels === 1 ? 'b-w' : 'srgb');
    assert.ok(rootMeanSquare(pixels, Buffer.from(expected.whole[name]!, 'base64')) < 3, name);
    assert.ok(rootMeanSquare(pixels, await sharps.raw().toBuffer()) < 3, name);
  }
});

const sha256 = (bytes: Uint8Array) => createHash('sha256').update(bytes).digest('hex');

function rootMeanSquare(a: Uint8Array, b: Uint8Array): number {
  assert.equal(a.length, b.length);
  return Math.sqrt(a.reduce((sum, value, i) => sum + (value - b[i]!) ** 2, 0) / a.length);
}

test('crops with cover and stretches with fill as sharp does', async () => {
  const shapes = [
    [36, 30, 'cover'],
    [21, 48, 'cover'],
    [20, 20, 'cover'],
    [30, 20, 'fill'],
  ] as const;
  for (const [height, width, fit] of shapes) {
    const pixels = decodeSmallJpeg(file('full-colour'), { height, width, channels: 3, fit })!;
    const sharps = await sharp(file('full-colour')).resize(width, height, { fit }).raw().toBuffer();
    assert.ok(rootMeanSquare(pixels, sharps) < 3, `${height} x ${width}`);
  }
});

test('leaves large or unusual JPEGs, and enlarging, to sharp', async () => {
  const half = { height: 36, width: 48, channels: 3, fit: 'cover' } as const;
  const colour = sharp(file('colour'));
  const big = sharp({ create: { width: 1030, height: 40, channels: 3, background: 'red' } });
  const others = {
    progressive: await colour.clone().jpeg({ progressive: true }).toBuffer(),
    turned: await colour.clone().withMetadata({ orientation: 6 }).jpeg().toBuffer(),
    profile: await colour.clone().withIccProfile('p3').jpeg().toBuffer(),
    cmyk: await colour.clone().toColourspace('cmyk').jpeg().toBuffer(),
    big: await big.jpeg().toBuffer(),
    png: await colour.clone().png().toBuffer(),
    grey: file('grey'),
    padded: Buffer.concat([file('colour'), Buffer.alloc(2 ** 20)]),
    nothing: Buffer.alloc(0),
  };
  for (const [name, bytes] of Object.entries(others)) assert.equal(decodeSmallJpeg(bytes, half), undefined, name);
  assert.equal(decodeSmallJpeg(file('colour'), { ...half, height: 73 }), undefined, 'larger');
  assert.equal(decodeSmallJpeg(file('colour'), { ...half, height: 48, fit: 'contain' }), undefined, 'to be padded');
  assert.equal(decodeSmallJpeg(file('colour'), { ...half, channels: 4 }), undefined, 'with transparency');
});

test('leaves a damaged file to sharp, and decodes the next one correctly', () => {
  const sound = file('colour');
  const half = { height: 36, width: 48, channels: 3, fit: 'cover' } as const;
  const before = decodeSmallJpeg(sound, half)!;
  for (let length = 2; length < sound.length; length += 97)
    assert.equal(decodeSmallJpeg(sound.subarray(0, length), half), undefined, `${length} bytes`);
  const noTable = Buffer.from(sound);
  noTable[sound.indexOf(Buffer.from([0xff, 0xdb])) + 1] = 0xef; // gives the quantisation table another marker
  assert.equal(decodeSmallJpeg(noTable, half), undefined);
  assert.deepEqual(decodeSmallJpeg(sound, half), before);
});
