// Reads a picture file for display in a terminal, with a dark background behind transparent pixels.
import sharp from 'sharp';
import type { Picture } from './picture.ts';

const background = '#202020';

/** Reads a picture, or the first frame of an animation, as RGB, scaled down to fit into a box. */
export async function readPicture(path: string, box: { width: number; height: number }): Promise<Picture> {
  const { data, info } = await sharp(path)
    .resize({ ...box, fit: 'inside', withoutEnlargement: true })
    .flatten({ background })
    .toColourspace('srgb')
    .raw()
    .toBuffer({ resolveWithObject: true });
  return { pixels: data, width: info.width, height: info.height, channels: 3 };
}
