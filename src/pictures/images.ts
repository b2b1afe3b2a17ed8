// A set of images of one size in one array, as generators produce them.
import type { Picture, PictureSize } from './picture.ts';

/** `height` and `width` are those of one image. */
export interface Images extends PictureSize {
  pixels: Uint8Array; // [n, height, width, channels] in 0..255
}

export function countImages({ pixels, height, width, channels }: Images): number {
  const count = pixels.length / (height * width * channels);
  if (!Number.isInteger(count) || count === 0) throw new Error(`${pixels.length} values do not make complete images.`);
  return count;
}

/** Images `first` to `first + count - 1`, without copying. */
export function sliceImages(images: Images, first: number, count: number): Images {
  const size = images.height * images.width * images.channels;
  return { ...images, pixels: images.pixels.subarray(first * size, (first + count) * size) };
}

/** The smallest integer scale that makes an image at least `length` pixels long. */
export function comfortableScale({ height, width }: { height: number; width: number }, length: number): number {
  return Math.ceil(length / Math.max(height, width));
}

/** One image as a picture, each pixel enlarged to `scale` by `scale`. */
export function enlarge({ pixels, height, width, channels }: Images, index: number, scale: number): Picture {
  const size = height * width * channels;
  const image = pixels.subarray(index * size, (index + 1) * size);
  if (scale === 1) return { pixels: image, height, width, channels };
  const rowLength = width * scale * channels;
  const enlarged = new Uint8Array(height * scale * rowLength);
  for (let y = 0; y < height; y++) {
    const first = y * scale * rowLength;
    for (let x = 0; x < width * scale; x++) {
      const source = (y * width + Math.floor(x / scale)) * channels;
      for (let c = 0; c < channels; c++) enlarged[first + x * channels + c] = image[source + c]!;
    }
    for (let copy = 1; copy < scale; copy++) {
      enlarged.copyWithin(first + copy * rowLength, first, first + rowLength);
    }
  }
  return { pixels: enlarged, height: height * scale, width: width * scale, channels };
}

/** Maps [low, high] to 0..255, rounded and clamped; non-finite values become 0. */
export function toPixels(values: Float32Array, [low, high]: readonly [number, number]): Uint8Array {
  const factor = 255 / (high - low);
  const pixels = new Uint8Array(values.length);
  for (const [i, value] of values.entries()) {
    pixels[i] = Number.isFinite(value) ? Math.min(255, Math.max(0, Math.round((value - low) * factor))) : 0;
  }
  return pixels;
}
