// Whole images in another size, for protocols that take certain sizes only: 28 pixels to 32. Enlarging is PyTorch's interpolate(mode='bilinear').
import { countOf, type ImageSet, slice } from './images.ts';
import { resample } from './resample.ts';

/** Rounded to whole values; one image at a time, since they are four times as large on the way. */
export function resizeBilinear(images: ImageSet, height: number, width: number): ImageSet {
  if (images.height === height && images.width === width) return images;
  const size = height * width * images.channels;
  const pixels = new Uint8Array(countOf(images) * size);
  for (let image = 0; image < countOf(images); image++) {
    const values = resample(slice(images, image, 1), height, width, 'bilinear');
    for (let i = 0; i < size; i++) pixels[image * size + i] = Math.round(values[i]!);
  }
  return { ...images, pixels, height, width };
}
