// Images as generators make them: many of one size in one array, and one of them with its pixels enlarged.
import type { Picture, PictureSize } from './picture.ts';

/** `height` and `width` are those of one image. */
export interface Images extends PictureSize {
  pixels: Uint8Array; // [n, height, width, channels] in 0..255
}

/** How many images there are. */
export function countImages({ pixels, height, width, channels }: Images): number {
  const count = pixels.length / (height * width * channels);
  if (!Number.isInteger(count) || count === 0) throw new Error(`${pixels.length} values are no whole images.`);
  return count;
}

/** The least scale that makes an image `length` pixels long, so that its pixels can be seen. */
export function comfortableScale({ height, width }: { height: number; width: number }, length: number): number {
  return Math.ceil(length / Math.max(height, width));
}

/** One image as a picture, every pixel as a square of `scale` by `scale`. */
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

/** Maps values in [low, high] to 0..255, rounded; what is outside is clamped, what is not finite becomes 0. */
export function toPixels(values: Float32Array, [low, high]: readonly [number, number]): Uint8Array {
  const factor = 255 / (high - low);
  const pixels = new Uint8Array(values.length);
  for (const [i, value] of values.entries()) {
    pixels[i] = Number.isFinite(value) ? Math.min(255, Math.max(0, Math.round((value - low) * factor))) : 0;
  }
  return pixels;
}
