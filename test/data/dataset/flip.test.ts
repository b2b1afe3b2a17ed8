import assert from 'node:assert/strict';
import { test } from 'node:test';
import { flipSome } from '../../../src/data/dataset/flip.ts';
import { RandomStream } from '../../../src/random.ts';

const stream = (index = 0) => new RandomStream(7, 'flips', index);

test('rows are mirrored pixel by pixel, with the channels of a pixel in their order', () => {
  const shapes: [shape: [number, number, number], before: number[], after: number[]][] = [
    [
      [2, 3, 1],
      [1, 2, 3, 4, 5, 6],
      [3, 2, 1, 6, 5, 4],
    ],
    [
      [2, 2, 3],
      [1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12],
      [4, 5, 6, 1, 2, 3, 10, 11, 12, 7, 8, 9],
    ],
    [
      [1, 4, 2],
      [1, 2, 3, 4, 5, 6, 7, 8],
      [7, 8, 5, 6, 3, 4, 1, 2],
    ],
    [
      [1, 3, 4],
      [1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12],
      [9, 10, 11, 12, 5, 6, 7, 8, 1, 2, 3, 4],
    ],
    [
      [3, 1, 1],
      [1, 2, 3],
      [1, 2, 3],
    ],
  ];
  for (const [[height, width, channels], before, after] of shapes) {
    const images = Uint8Array.from([...before, ...before]);
    flipSome(images, { height, width, channels }, 1, stream());
    assert.deepEqual([...images], [...after, ...after], `${height}x${width}x${channels}`);
  }
});

test('flips whole images, about as many as the probability', () => {
  const shape = { height: 2, width: 2, channels: 1 };
  const one = [1, 2, 3, 4];
  const mirrored = [2, 1, 4, 3];
  const count = 10_000;
  for (const probability of [0, 0.25, 0.5, 1]) {
    const images = Uint8Array.from({ length: 4 * count }, (_, i) => one[i % 4]!);
    flipSome(images, shape, probability, stream());
    let flipped = 0;
    for (let start = 0; start < images.length; start += 4) {
      const image = [...images.subarray(start, start + 4)];
      if (image[0] === 2) flipped++;
      assert.deepEqual(image, image[0] === 2 ? mirrored : one);
    }
    const deviation = Math.sqrt(count * probability * (1 - probability));
    assert.ok(Math.abs(flipped - count * probability) <= 4 * deviation, `${flipped} of ${count} at ${probability}`);
  }
});

test('flips the same images for the same seed, and others for another', () => {
  const flips = (index: number) => {
    const images = Uint8Array.from({ length: 128 }, (_, i) => i % 2);
    flipSome(images, { height: 1, width: 2, channels: 1 }, 0.5, stream(index));
    return images;
  };
  assert.deepEqual(flips(3), flips(3));
  assert.notDeepEqual(flips(3), flips(4));
});

test('a batch of 64 images of 128x128x3 takes a few milliseconds', () => {
  const images = new Uint8Array(64 * 128 * 128 * 3);
  const times = Array.from({ length: 20 }, (_, i) => {
    const start = performance.now();
    flipSome(images, { height: 128, width: 128, channels: 3 }, 0.5, stream(i));
    return performance.now() - start;
  });
  assert.ok(Math.min(...times) < 5, `${Math.min(...times)} ms`);
});
