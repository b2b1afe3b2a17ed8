import assert from 'node:assert/strict';
import { test } from 'node:test';
import { onWhite } from '../../../src/evaluation/metrics/images.ts';
import { resizeBilinear } from '../../../src/evaluation/metrics/resize.ts';
import { goldenMetrics, hashedImages } from '../../helpers/hashed-images.ts';

test("enlarges images as PyTorch's bilinear interpolation", () => {
  const images = hashedImages('small', 2, 28, 3);
  const { pixels, height, width } = resizeBilinear(images, 64, 48);
  assert.deepEqual([height, width, pixels.length], [64, 48, 2 * 64 * 48 * 3]);
  const expected: number[] = goldenMetrics.resized.firstRow;
  for (const [x, value] of expected.entries()) assert.ok(Math.abs(pixels[3 * x]! - value) < 0.5 + 1e-9, `${x}`);
  const mean = pixels.reduce((sum, value) => sum + value, 0) / pixels.length;
  assert.ok(Math.abs(mean - goldenMetrics.resized.mean) < 0.01, `${mean}`); // rounding cancels out
});

test('composites transparent pixels onto white', () => {
  const pixels = Uint8Array.of(10, 20, 30, 255, 10, 20, 30, 0, 100, 0, 255, 51);
  const { channels, pixels: seen } = onWhite({ pixels, height: 1, width: 3, channels: 4 });
  assert.deepEqual([channels, ...seen], [3, 10, 20, 30, 255, 255, 255, 224, 204, 255]);
});
