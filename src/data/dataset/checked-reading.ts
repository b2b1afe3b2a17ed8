// Reads packed images, and verifies the checksum of each on first use.
import { rmSync } from 'node:fs';
import { DcganError } from '../../errors.ts';
import { crc32 } from './checksum.ts';
import type { Packed } from './packed-file.ts';

/** Up to this size, all images are verified when a dataset is opened, in about 0.2 s; otherwise each on first use. */
export const maxVerifiedAtOnce = 2 ** 28;

/** Index of the first image whose checksum does not match. */
export function findDamage(packed: Packed): number | undefined {
  const image = Buffer.alloc(packed.record.imageBytes);
  for (let index = 0; index < packed.record.count; index++) {
    if (packed.readImage(index, image) !== image.length || crc32(image) !== packed.checksums[index]) return index;
  }
  return undefined;
}

/** Returns a function that copies images into one array. Removes the packed file at `path` if an image is damaged. */
export function createImageReader(packed: Packed, path: string): (indices: ArrayLike<number>) => Uint8Array {
  const { count, imageBytes } = packed.record;
  const checked = new Uint8Array(count);
  return (indices) => {
    const images = Buffer.alloc(indices.length * imageBytes);
    for (let i = 0; i < indices.length; i++) {
      const index = indices[i]!;
      if (!Number.isInteger(index) || index < 0 || index >= count) throw new RangeError(`image ${index} of ${count}`);
      const image = images.subarray(i * imageBytes, (i + 1) * imageBytes);
      const read = packed.readImage(index, image);
      if (read !== imageBytes || (!checked[index] && crc32(image) !== packed.checksums[index]))
        throw damaged(index, path);
      checked[index] = 1;
    }
    return new Uint8Array(images.buffer, images.byteOffset, images.length);
  };
}

function damaged(index: number, path: string): DcganError {
  rmSync(path, { force: true });
  return new DcganError('data.cache', {
    happened: `The cached image ${index} is damaged: its file was truncated or changed, or the disk is failing.`,
    fix: 'Run the command again: the damaged file was removed from the cache, and the images are decoded again.',
  });
}
