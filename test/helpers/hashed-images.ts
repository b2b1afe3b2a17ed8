// Images for golden tests of metrics, bit-identical to images() of test/fixtures/metrics/make.py.
import { readFileSync } from 'node:fs';
import { countImages, type Images } from '../../src/pictures/images.ts';
import { hashedValues } from './hashed-values.ts';

/** Reference results for these images, from test/fixtures/metrics/make.py. */
export const goldenMetrics = JSON.parse(
  readFileSync(new URL('../fixtures/metrics/golden.json', import.meta.url), 'utf8'),
);

/** Blocks of 4 x 4 pixels with a little noise. */
export function hashedImages(name: string, count: number, side: number, channels: 1 | 3): Images {
  const blocks = side / 4;
  const coarse = hashedValues(`${name}/coarse`, count * blocks ** 2 * channels);
  const fine = hashedValues(`${name}/fine`, count * side ** 2 * channels);
  const pixels = Uint8Array.from(fine, (noise, i) => {
    const channel = i % channels;
    const x = Math.floor(i / channels) % side;
    const row = Math.floor(i / channels / side);
    const block = (Math.floor(row / 4) * blocks + Math.floor(x / 4)) * channels + channel; // the rows of all images are stacked
    return Math.floor((0.75 * coarse[block]! + 0.25 * noise + 1) * 127.5 + 0.5);
  });
  return { pixels, height: side, width: side, channels };
}

/** Every second image is the one before it, mixed with itself upside down. */
export function similarPairs(images: Images): Images {
  const rowSize = images.width * images.channels;
  const imageSize = images.height * rowSize;
  const pixels = images.pixels.slice();
  for (let image = 1; image < countImages(images); image += 2) {
    const original = images.pixels.subarray((image - 1) * imageSize, image * imageSize);
    for (let i = 0; i < imageSize; i++) {
      const mirrored = (images.height - 1 - Math.floor(i / rowSize)) * rowSize + (i % rowSize);
      pixels[image * imageSize + i] = (3 * original[i]! + original[mirrored]!) >> 2;
    }
  }
  return { ...images, pixels };
}
