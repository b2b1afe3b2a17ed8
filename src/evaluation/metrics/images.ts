// Conversions of the images that metrics compare.
import type { Images } from '../../pictures/images.ts';

/** Composites transparent images onto white: [n, height, width, 4] -> [n, height, width, 3]. */
export function onWhite(images: Images): Images {
  if (images.channels !== 4) return images;
  const pixels = new Uint8Array((images.pixels.length / 4) * 3);
  for (let i = 0; i < pixels.length / 3; i++) {
    const alpha = images.pixels[4 * i + 3]! / 255;
    for (let channel = 0; channel < 3; channel++) {
      pixels[3 * i + channel] = Math.round(alpha * images.pixels[4 * i + channel]! + (1 - alpha) * 255);
    }
  }
  return { ...images, channels: 3, pixels };
}

/** One channel of one image: float32 [height, width] in 0..255. */
export function planeOf({ pixels, height, width, channels }: Images, index: number, channel: number): Float32Array {
  const plane = new Float32Array(height * width);
  const start = index * plane.length * channels + channel;
  for (let i = 0; i < plane.length; i++) plane[i] = pixels[start + i * channels]!;
  return plane;
}
