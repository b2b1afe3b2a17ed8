// Resizing, against Pillow on the same pictures.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { type Resizer, resample } from '../../../src/evaluation/metrics/resample.ts';
import { sliceImages } from '../../../src/pictures/images.ts';
import { goldenFeatures } from '../../helpers/golden-features.ts';
import { hashedImages } from '../../helpers/hashed-images.ts';

const images = hashedImages('features/rgb', 4, 28, 3);

for (const resizer of ['bilinear', 'bicubic'] satisfies Resizer[]) {
  for (const [count, height, width] of [
    [2, 9, 13],
    [1, 64, 48],
  ] as const) {
    test(`resizes with ${resizer} to ${width} x ${height} as Pillow`, () => {
      const resized = resample(sliceImages(images, 0, count), height, width, resizer);
      assert.equal(resized.length, count * height * width * 3);
      const last = resized.subarray((count - 1) * height * width * 3);
      const expected: number[] = goldenFeatures.resized[`${resizer}${height}x${width}`];
      for (const [i, value] of expected.entries())
        assert.ok(Math.abs(last[i]! - value) < 2e-4, `${last[i]}, not ${value}`);
    });
  }
}

test('returns images that already have the size unchanged', () => {
  assert.deepEqual(resample(images, 28, 28, 'bicubic'), Float32Array.from(images.pixels));
});
