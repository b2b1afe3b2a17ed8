// A dataset without files, whose images encode their own number.
import type { Dataset } from '../../src/data/dataset/open.ts';

/** 8 x 8 grey images filled with their own number. */
export function numberedPictures(count: number): Dataset {
  return picturesOf(count, (index) => Array<number>(64).fill(index));
}

/** 8 x 8 grey images with these pixels, row by row. */
export function picturesOf(count: number, pixelsOf: (index: number) => number[]): Dataset {
  return {
    directory: '',
    count,
    height: 8,
    width: 8,
    channels: 1,
    fingerprint: '',
    skipped: [],
    notes: [],
    read: (indices) => Uint8Array.from(Array.from(indices).flatMap(pixelsOf)),
    close() {},
  };
}
