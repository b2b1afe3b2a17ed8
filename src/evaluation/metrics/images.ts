// What metrics compare: two sets of images of one size, as bytes, and how they are looked at.

/** Images side by side in memory. */
export interface ImageSet {
  pixels: Uint8Array; // [n, height, width, channels] in 0..255
  height: number;
  width: number;
  channels: 1 | 3 | 4;
}

export function countOf({ pixels, height, width, channels }: ImageSet): number {
  return pixels.length / (height * width * channels);
}

/** Images `first` to `first + count - 1`, without copying. */
export function slice(images: ImageSet, first: number, count: number): ImageSet {
  const size = images.height * images.width * images.channels;
  return { ...images, pixels: images.pixels.subarray(first * size, (first + count) * size) };
}

/** Where there is transparency, what is seen on white: [n, height, width, 4] -> [n, height, width, 3]. */
export function onWhite(images: ImageSet): ImageSet {
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
export function planeOf({ pixels, height, width, channels }: ImageSet, index: number, channel: number): Float32Array {
  const plane = new Float32Array(height * width);
  const start = index * plane.length * channels + channel;
  for (let i = 0; i < plane.length; i++) plane[i] = pixels[start + i * channels]!;
  return plane;
}
