// Resizes images to the size that a protocol requires, e.g. 28 pixels to 32, as PyTorch's interpolate(mode='bilinear') when enlarging.
import { countImages, type Images, sliceImages } from '../../pictures/images.ts';
import { resample } from './resample.ts';

/** Rounds to bytes. One image at a time, since the intermediate float32 values take four times the memory. */
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
