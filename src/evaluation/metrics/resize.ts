// Whole images in another size, for protocols that take certain sizes only: 28 pixels to 32. Enlarging is PyTorch's interpolate(mode='bilinear').
import { countImages, type Images, sliceImages } from '../../pictures/images.ts';
import { resample } from './resample.ts';

/** Rounded to whole values; one image at a time, since they are four times as large on the way. */
export function resizeBilinear(images: Images, height: number, width: number): Images {
  if (images.height === height && images.width === width) return images;
  const size = height * width * images.channels;
  const pixels = new Uint8Array(countImages(images) * size);
  for (let image = 0; image < countImages(images); image++) {
    const values = resample(sliceImages(images, image, 1), height, width, 'bilinear');
    for (let i = 0; i < size; i++) pixels[image * size + i] = Math.round(values[i]!);
  }
  return { ...images, pixels, height, width };
}
