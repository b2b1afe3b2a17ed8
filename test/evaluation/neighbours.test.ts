import assert from 'node:assert/strict';
import { join } from 'node:path';
import { test } from 'node:test';
import sharp from 'sharp';
import { compareNeighbours } from '../../src/evaluation/neighbours.ts';
import type { Images } from '../../src/pictures/images.ts';
import { numberedPictures } from '../helpers/numbered-pictures.ts';
import { temporaryFolder } from '../helpers/temporary-run.ts';

const root = temporaryFolder();
const work = { onProgress() {} };
const dataset = numberedPictures(40); // 8 x 8 pixels, all 0, all 1, ..., all 39
const grays = (values: number[]): Images => ({
  pixels: Uint8Array.from(values.flatMap((value) => Array<number>(64).fill(value))),
  height: 8,
  width: 8,
  channels: 1,
});

test('finds memorised images among the real ones at distance 0', async () => {
  const fake = grays([3, 39, 3, 17]);
  const result = await compareNeighbours(fake, dataset, { seed: 0, picture: join(root, 'same.png') }, work);
  assert.deepEqual([result.count, result.distance, result.ratio], [4, 0, 0]);
  assert.deepEqual(result.closest, { sample: 0, image: 3, distance: 0 });
  assert.ok(Math.abs(result.distanceOfData - 8 / 255) < 1e-6); // one grey level away, in 64 pixels
});

test('finds other images at their distance, drawn below each generated image', async () => {
  const picture = join(root, 'others.png');
  const result = await compareNeighbours(grays([100, 50]), dataset, { seed: 0, picture }, work);
  assert.ok(Math.abs(result.distance - (8 * (61 + 11)) / 2 / 255) < 1e-6);
  assert.equal(result.closest.sample, 1);
  const { data, info } = await sharp(picture).raw().toBuffer({ resolveWithObject: true });
  const grayAt = (column: number, row: number) =>
    data[(row * 66 + 34) * info.width * info.channels + (column * 66 + 34) * info.channels];
  assert.deepEqual([grayAt(0, 0), grayAt(1, 0), grayAt(0, 1), grayAt(1, 1), grayAt(2, 1)], [100, 50, 39, 39, 255]);
});
