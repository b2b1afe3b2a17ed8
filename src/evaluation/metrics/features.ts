// Features: the vectors by which images are compared, one per image.
import { countImages, type Images, sliceImages } from '../../pictures/images.ts';

export interface Features {
  count: number;
  /** Values per image. */
  size: number;
  /** Features of images `first` to `first + count - 1`: float32 [count, size]. */
  read(first: number, count: number): Float32Array;
}

/** Pixels in 0..1 as features. */
export function pixelFeatures(images: Images): Features {
  return {
    count: countImages(images),
    size: images.height * images.width * images.channels,
    read: (first, count) => inUnits(sliceImages(images, first, count).pixels),
  };
}

/** 0..255 -> 0..1 */
export function inUnits(pixels: Uint8Array): Float32Array {
  const values = new Float32Array(pixels.length);
  for (let i = 0; i < pixels.length; i++) values[i] = pixels[i]! / 255;
  return values;
}

/** values: float32 [count, size]. */
export function featuresOf(values: Float32Array, size: number): Features {
  return {
    count: values.length / size,
    size,
    read: (first, count) => values.subarray(first * size, (first + count) * size),
  };
}
