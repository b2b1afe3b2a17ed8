import assert from 'node:assert/strict';
import { test } from 'node:test';
import sharp from 'sharp';
import { checkBackground, decodeImage, type ImageSpec } from '../../../src/data/decode/decode.ts';
import { pixels } from '../temporary.ts';

const red = [255, 0, 0];
const blue = [0, 0, 255];

async function decode(bytes: Buffer, spec: Partial<ImageSpec>): Promise<number[]> {
  const whole: ImageSpec = {
    directory: '',
    height: 1,
    width: 2,
    channels: 3,
    background: 'white',
    fit: 'cover',
    ...spec,
  };
  return [...(await decodeImage(bytes, whole))];
}

test('transparent pixels are composited on the background, or kept', async () => {
  const halfAndNone = await pixels([
    [
      [200, 100, 50, 128],
      [0, 255, 0, 0],
    ],
  ])
    .png()
    .toBuffer();
  // 200 * 128/255 + 255 * 127/255 = 227.4, and so on
  assert.deepEqual(await decode(halfAndNone, { background: 'white' }), [227, 177, 152, 255, 255, 255]);
  assert.deepEqual(await decode(halfAndNone, { background: '#f00' }), [227, 50, 25, 255, 0, 0]);
  assert.deepEqual(await decode(halfAndNone, { channels: 4 }), [200, 100, 50, 128, 0, 255, 0, 0]);
});

test('a grey image with alpha takes the colour of the background', async () => {
  const image = await pixels([
    [
      [100, 255],
      [50, 0],
    ],
  ])
    .png()
    .toBuffer();
  assert.equal((await sharp(image).metadata()).channels, 2);
  assert.deepEqual(await decode(image, { background: 'red' }), [100, 100, 100, 255, 0, 0]);
  assert.deepEqual(await decode(image, { background: 'black' }), [100, 100, 100, 0, 0, 0]);
  assert.deepEqual(await decode(image, { channels: 4 }), [100, 100, 100, 255, 50, 50, 50, 0]);
  assert.deepEqual(await decode(image, { channels: 1 }), [100, 255]);
});

test('keeps all 256 grey values as grey, RGB and RGBA', async () => {
  const greys = Array.from({ length: 256 }, (_, value) => value);
  const image = await pixels([greys.map((value) => [value])])
    .png()
    .toBuffer();
  assert.deepEqual(await decode(image, { width: 256, channels: 1 }), greys);
  assert.deepEqual(
    await decode(image, { width: 256, channels: 3 }),
    greys.flatMap((value) => [value, value, value]),
  );
  assert.deepEqual(
    await decode(image, { width: 256, channels: 4 }),
    greys.flatMap((value) => [value, value, value, 255]),
  );
});

test('converts colours to grey by luminance, the background included', async () => {
  const image = await pixels([
    [
      [255, 0, 0, 255],
      [9, 9, 9, 0],
    ],
  ])
    .png()
    .toBuffer();
  // Red has 0.2126 of white's luminance (Rec. 709), which sRGB encodes as (1.055 * 0.2126^(1/2.4) - 0.055) * 255 = 127.
  assert.deepEqual(await decode(image, { channels: 1, background: 'red' }), [127, 127]);
  assert.deepEqual(await decode(image, { channels: 1, background: 'rgb(80, 80, 80)' }), [127, 80]);
});

test('16-bit images keep their upper 8 bits', async () => {
  const grey = await sharp(Uint16Array.of(0x6464, 0xffff), { raw: { width: 2, height: 1, channels: 1 } })
    .toColourspace('grey16')
    .png()
    .toBuffer();
  assert.equal((await sharp(grey).metadata()).depth, 'ushort');
  assert.deepEqual(await decode(grey, { channels: 1 }), [100, 255]);
  const rgba = await sharp(Uint16Array.of(0x6464, 0xffff, 0, 0xffff, 0x8080, 0x1010, 0xc8c8, 0), {
    raw: { width: 2, height: 1, channels: 4 },
  })
    .toColourspace('rgb16')
    .png()
    .toBuffer();
  assert.equal((await sharp(rgba).metadata()).depth, 'ushort');
  assert.deepEqual(await decode(rgba, { channels: 3, background: 'white' }), [100, 255, 0, 255, 255, 255]);
  assert.deepEqual(await decode(rgba, { channels: 3, background: 'red' }), [100, 255, 0, 255, 0, 0]);
  assert.deepEqual(await decode(rgba, { channels: 4 }), [100, 255, 0, 255, 128, 16, 200, 0]);
});

test('decodes palette, GIF and lossless WebP images to their exact colours', async () => {
  const image = pixels([[red, blue]]);
  const palette = await image.clone().png({ palette: true }).toBuffer();
  assert.equal((await sharp(palette).metadata()).isPalette, true);
  for (const file of [
    palette,
    await image.clone().gif().toBuffer(),
    await image.clone().webp({ lossless: true }).toBuffer(),
  ]) {
    assert.deepEqual(await decode(file, {}), [...red, ...blue]);
    assert.deepEqual(await decode(file, { channels: 4 }), [...red, 255, ...blue, 255]);
  }
});

test('decodes the first frame of an animated GIF', async () => {
  const frames = pixels([
    [red, red],
    [blue, blue],
  ]);
  const file = await sharp(await frames.raw().toBuffer(), { raw: { width: 2, height: 2, channels: 3, pageHeight: 1 } })
    .gif({ delay: [50, 50] })
    .toBuffer();
  assert.equal((await sharp(file).metadata()).pages, 2);
  assert.deepEqual(await decode(file, {}), [...red, ...red]);
});

test('AVIF and CMYK JPEG files are read as RGB', async () => {
  const image = sharp({ create: { width: 32, height: 16, channels: 3, background: 'white' } });
  const black = { create: { width: 16, height: 16, channels: 3, background: 'black' } } as const;
  const halves = sharp(
    await image
      .composite([{ input: black, left: 16, top: 0 }])
      .png()
      .toBuffer(),
  );
  const avif = await halves.clone().avif({ quality: 90 }).toBuffer();
  const cmyk = await halves.clone().toColourspace('cmyk').jpeg({ quality: 95 }).toBuffer();
  assert.equal((await sharp(cmyk).metadata()).space, 'cmyk');
  for (const file of [avif, cmyk]) {
    const values = await decode(file, {}); // not exact: both are lossy, and CMYK goes through a printing profile
    assert.ok(Math.min(...values.slice(0, 3)) > 230 && Math.max(...values.slice(3)) < 60, values.join());
  }
});

test('rotates EXIF orientation 6 upright: the left pixel moves to the top', async () => {
  const file = await pixels([[red, blue]])
    .withMetadata({ orientation: 6 })
    .png()
    .toBuffer();
  assert.deepEqual(await decode(file, { height: 2, width: 1 }), [...red, ...blue]);
});

test('crops, pads or stretches an image of another aspect ratio', async () => {
  const wide = await pixels([[[10], [200], [200], [30]]])
    .png()
    .toBuffer();
  assert.deepEqual(await decode(wide, { height: 1, width: 2, channels: 1, fit: 'cover' }), [200, 200]);
  const flat = await pixels([[[40], [40]]])
    .png()
    .toBuffer();
  assert.deepEqual(await decode(flat, { height: 2, width: 2, channels: 1, fit: 'fill' }), [40, 40, 40, 40]);
  const padded = await decode(flat, { height: 3, width: 2, fit: 'contain', background: 'blue' });
  const grey = [40, 40, 40, 40, 40, 40];
  assert.deepEqual(padded, [...blue, ...blue, ...grey, ...blue, ...blue]);
  const transparent = await decode(flat, { height: 2, width: 2, channels: 4, fit: 'contain', background: 'blue' });
  assert.deepEqual(
    transparent.filter((_, i) => i % 4 === 3).sort((a, b) => a - b),
    [0, 0, 255, 255],
  );
});

test('refuses truncated files of every format', async () => {
  const noise = { type: 'gaussian', mean: 128, sigma: 30 } as const;
  const image = await sharp({ create: { width: 64, height: 64, channels: 3, background: 'red', noise } })
    .png()
    .toBuffer();
  for (const format of ['jpeg', 'png', 'webp', 'gif', 'avif'] as const) {
    const whole = await sharp(image).toFormat(format).toBuffer();
    await decode(whole, { height: 8, width: 8 });
    const cut = whole.subarray(0, Math.floor(whole.length * 0.9));
    await assert.rejects(decode(cut, { height: 8, width: 8 }), Error, format);
  }
});

test('refuses an invalid background colour', async () => {
  await assert.rejects(checkBackground('bleu'), { code: 'config.background', exitCode: 2 });
  for (const colour of ['white', '#ff8800', 'rgb(255, 136, 0)']) await checkBackground(colour);
});
