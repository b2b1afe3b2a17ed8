// A picture file read back as small as a screen wants it, what is transparent over a dark background.
import sharp from 'sharp';

export interface Picture {
  pixels: Uint8Array; // [height, width, 3] in 0..255
  width: number;
  height: number;
}

const background = '#202020';

/** Reads a picture (the first of an animation) and shrinks it into a box; a smaller one keeps its size. */
export async function readPicture(path: string, box: { width: number; height: number }): Promise<Picture> {
  const { data, info } = await sharp(path)
    .resize({ ...box, fit: 'inside', withoutEnlargement: true })
    .flatten({ background })
    .toColourspace('srgb')
    .raw()
    .toBuffer({ resolveWithObject: true });
  return { pixels: data, width: info.width, height: info.height };
}

export function encodePng({ pixels, width, height }: Picture): Promise<Buffer> {
  return sharp(pixels, { raw: { width, height, channels: 3 } })
    .png()
    .toBuffer();
}
