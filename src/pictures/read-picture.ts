// A picture file read back as small as a screen wants it, what is transparent over a dark background.
import sharp from 'sharp';
import type { Picture } from './picture.ts';

const background = '#202020';

/** Reads a picture (of an animation the first) as RGB and shrinks it into a box; a smaller one keeps its size. */
export async function readPicture(path: string, box: { width: number; height: number }): Promise<Picture> {
  const { data, info } = await sharp(path)
    .resize({ ...box, fit: 'inside', withoutEnlargement: true })
    .flatten({ background })
    .toColourspace('srgb')
    .raw()
    .toBuffer({ resolveWithObject: true });
  return { pixels: data, width: info.width, height: info.height, channels: 3 };
}
