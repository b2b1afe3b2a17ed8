import assert from 'node:assert/strict';
import { test } from 'node:test';
import { comfortableScale, countImages, enlarge, sliceImages, toPixels } from '../../src/pictures/images.ts';

test('enlarges one of several images: every pixel becomes a square', () => {
  // two images of 1 x 2 pixels with two of three channels in use
  const images = {
    pixels: Uint8Array.of(9, 9, 9, 9, 9, 9, 1, 2, 3, 4, 5, 6),
    height: 1,
    width: 2,
    channels: 3,
  } as const;
  assert.equal(countImages(images), 2);
  const row = [1, 2, 3, 1, 2, 3, 4, 5, 6, 4, 5, 6];
  const picture = enlarge(images, 1, 2);
  assert.deepEqual(
    { ...picture, pixels: [...picture.pixels] },
    { pixels: [...row, ...row], height: 2, width: 4, channels: 3 },
  );
  assert.deepEqual([...enlarge(images, 1, 1).pixels], [1, 2, 3, 4, 5, 6]);
});

test('slices images without copying', () => {
  const images = { pixels: Uint8Array.of(1, 2, 3, 4, 5, 6), height: 1, width: 2, channels: 1 } as const;
  const { pixels, ...size } = sliceImages(images, 1, 2);
  assert.deepEqual([[...pixels], size], [[3, 4, 5, 6], { height: 1, width: 2, channels: 1 }]);
  assert.equal(pixels.buffer, images.pixels.buffer);
});

test('throws for an incomplete image', () => {
  assert.throws(
    () => countImages({ pixels: new Uint8Array(5), height: 2, width: 2, channels: 1 }),
    /do not make complete images/,
  );
});

test('scales an image by its longer side', () => {
  assert.equal(comfortableScale({ height: 16, width: 33 }, 64), 2);
  assert.equal(comfortableScale({ height: 65, width: 1 }, 64), 1);
});

test('maps the value range to 0..255', () => {
  const values = Float32Array.of(-1, 1, 0, -0.5, 0.5, -7, 7, Number.NaN, Infinity, -Infinity);
  // (v + 1) / 2 * 255: 127.5 rounds to 128, 63.75 to 64, 191.25 to 191.
  assert.deepEqual([...toPixels(values, [-1, 1])], [0, 255, 128, 64, 191, 0, 255, 0, 0, 0]);
  assert.deepEqual([...toPixels(Float32Array.of(0, 0.25, 1, 2), [0, 1])], [0, 64, 255, 255]);
});
