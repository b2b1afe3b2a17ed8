import assert from 'node:assert/strict';
import { test } from 'node:test';
import { noiseImages } from '../../../src/data/dataset/noise-images.ts';

const shape = { height: 8, width: 6, channels: 3 } as const;

test('noise is uniform over 0 to 255 and reproducible', () => {
  const all = [...noiseImages(shape, 100).read(Array.from({ length: 100 }, (_, index) => index))];
  const mean = all.reduce((sum, value) => sum + value, 0) / all.length;
  const variance = all.reduce((sum, value) => sum + (value - mean) ** 2, 0) / all.length;
  assert.equal(all.length, 100 * 8 * 6 * 3);
  assert.ok(Math.abs(mean - 127.5) < 2, `mean ${mean}`);
  assert.ok(Math.abs(variance / ((256 ** 2 - 1) / 12) - 1) < 0.03, `variance ${variance}`);
  assert.deepEqual([Math.min(...all), Math.max(...all)], [0, 255]);
  assert.deepEqual([...noiseImages(shape, 100).read([0])], all.slice(0, 144));
});

test('images are read in the order asked for', () => {
  const noise = noiseImages(shape, 4);
  const [first, third] = [[...noise.read([1])], [...noise.read([3])]];
  assert.deepEqual([...noise.read([3, 1, 3])], [...third, ...first, ...third]);
});
