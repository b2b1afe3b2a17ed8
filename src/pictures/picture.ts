// Encodes pixels as a PNG, WebP or JPEG file, by the file's extension.
import { extname } from 'node:path';
import sharp from 'sharp';
import { DcganError, messageOf } from '../errors.ts';
import { markedExif } from './picture-mark.ts';

export interface PictureSize {
  height: number;
  width: number;
  channels: 1 | 3 | 4;
}

export interface Picture extends PictureSize {
  pixels: Uint8Array; // [height, width, channels] in 0..255
}

const pictureFormats = ['png', 'webp', 'jpg'] as const;
export type PictureFormat = (typeof pictureFormats)[number];

/** The format of a path's extension. @throws DcganError `usage.unknown-picture-format` */
export function pictureFormatOf(path: string, expected = 'Name a .png, .webp or .jpg file.'): PictureFormat {
  const extension = extensionOf(path);
  const format = pictureFormats.find((known) => known === (extension === 'jpeg' ? 'jpg' : extension));
  if (format) return format;
  const happened = `${path} ends in ${extension ? `.${extension}` : 'no extension'}, which is not a supported format.`;
  throw new DcganError('usage.unknown-picture-format', { happened, expected });
}

/** Without the dot, in lower case. */
export function extensionOf(path: string): string {
  return extname(path).slice(1).toLowerCase();
}

const maxBytes = 2 ** 30;

/** Pictures are composed in memory. @throws DcganError `usage.picture-too-large` */
export function checkPictureSize({ width, height, channels }: PictureSize, images: number): void {
  if (width * height * channels <= maxBytes) return;
  throw new DcganError(
    'usage.picture-too-large',
    {
      happened: `${images} images would need one file of ${width} x ${height} pixels.`,
      expected: 'Pictures are composed in memory, in at most 1 GiB.',
      fix: 'Ask for fewer images or a smaller scale.',
    },
    { data: { images, width, height } },
  );
}

/**
 * The bytes of a picture file. PNG and WebP are lossless; JPEG has no alpha, and shows `background` instead.
 * @throws DcganError `usage.cannot-write` if the picture is too large for its format
 */
export async function encodePicture(
  { pixels, width, height, channels }: Picture,
  format: PictureFormat,
  background = 'white',
): Promise<Uint8Array> {
  const picture = sharp(pixels, { raw: { width, height, channels }, limitInputPixels: false }).withExif(markedExif);
  if (channels === 1) picture.toColourspace('b-w');
  if (format === 'png') picture.png();
  else if (format === 'webp') picture.webp({ lossless: true });
  else picture.flatten({ background }).jpeg({ quality: 95 });
  return picture.toBuffer().catch((error: unknown) => {
    const happened = `A picture of ${width} x ${height} pixels cannot be written as ${format}: ${messageOf(error)}.`;
    throw new DcganError('usage.cannot-write', { happened }, { cause: error, data: { format, width, height } });
  });
}
