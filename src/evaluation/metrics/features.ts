// What images are compared by: a vector per image.
import { countImages, type Images, sliceImages } from '../../pictures/images.ts';

export interface Features {
  count: number;
  /** Values per image. */
  size: number;
  /** Those of images `first` to `first + count - 1`: float32 [count, size]. */
  read(first: number, count: number): Float32Array;
}

/** The pixels themselves, 0..1. */
export function pixelFeatures(images: Images): Features {
  return {
    count: countImages(images),
    size: images.height * images.width * images.channels,
    read: (first, count) => inUnits(sliceImages(images, first, count).pixels),
  };
}

/** 0..255 to 0..1. */
export function inUnits(pixels: Uint8Array): Float32Array {
  const values = new Float32Array(pixels.length);
  for (let i = 0; i < pixels.length; i++) values[i] = pixels[i]! / 255;
  return values;
}

/** Values that are in memory already, float32 [count, size]. */
export function featuresOf(values: Float32Array, size: number): Features {
  return {
    count: values.length / size,
    size,
    read: (first, count) => values.subarray(first * size, (first + count) * size),
  };
}
