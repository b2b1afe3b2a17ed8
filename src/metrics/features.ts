// What images are compared by: a vector per image.
import { countOf, type ImageSet, slice } from './images.ts';

export interface Features {
  count: number;
  /** Values per image. */
  size: number;
  /** Those of images `first` to `first + count - 1`: float32 [count, size]. */
  read(first: number, count: number): Float32Array;
}

/** The pixels themselves, 0..1. */
export function pixelFeatures(images: ImageSet): Features {
  return {
    count: countOf(images),
    size: images.height * images.width * images.channels,
    read: (first, count) => Float32Array.from(slice(images, first, count).pixels, (value) => value / 255),
  };
}

/** Values that are in memory already, float32 [count, size]. */
export function featuresOf(values: Float32Array, size: number): Features {
  return {
    count: values.length / size,
    size,
    read: (first, count) => values.subarray(first * size, (first + count) * size),
  };
}
