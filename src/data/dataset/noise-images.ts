// A dataset of noise in memory, for benchmarks without image files.
import { RandomStream } from '../../random.ts';
import type { Dataset } from './open.ts';

/** `count` images of uniform noise, uint8 [count, height, width, channels], from a fixed seed. */
export function noiseImages(
  { height, width, channels }: Pick<Dataset, 'height' | 'width' | 'channels'>,
  count: number,
): Dataset {
  const size = height * width * channels;
  const pixels = new Uint8Array(count * size);
  const stream = new RandomStream(0, 'noise images');
  for (let i = 0; i < pixels.length; i++) pixels[i] = Math.floor(256 * stream.uniform());
  return {
    directory: 'noise in memory',
    count,
    height,
    width,
    channels,
    fingerprint: '0'.repeat(64),
    skipped: [],
    notes: [],
    read(indices) {
      const images = new Uint8Array(indices.length * size);
      for (let i = 0; i < indices.length; i++) {
        images.set(pixels.subarray(indices[i]! * size, (indices[i]! + 1) * size), i * size);
      }
      return images;
    },
    close() {},
  };
}
