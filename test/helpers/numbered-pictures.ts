// A data set without files, whose pictures tell which one they are.
import type { Dataset } from '../../src/data/dataset/open.ts';

/** Grey pictures of 8 x 8 pixels, whose pixels all are their own number. */
export function numberedPictures(count: number): Dataset {
  return picturesOf(count, (index) => Array<number>(64).fill(index));
}

/** Grey pictures of 8 x 8 pixels with these pixels, row by row. */
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
