// Encodes frames as an animated GIF, WebP or APNG, by the file's extension.
import sharp from 'sharp';
import { DcganError, messageOf } from '../errors.ts';
import { encodeApng } from '../formats/apng.ts';
import { writeFileAtomic } from '../system/write-file.ts';
import { encodePicture, extensionOf, type Picture } from './picture.ts';
import { markedExif, markGif } from './picture-mark.ts';

const animationFormats = ['gif', 'webp', 'apng'] as const;
export type AnimationFormat = (typeof animationFormats)[number];

/** The animation format of a path's extension, if it is one. */
export function animationFormatOf(path: string): AnimationFormat | undefined {
  return animationFormats.find((format) => format === extensionOf(path));
}

/**
 * Writes a picture of vertically stacked frames as an animation that loops for ever.
 * @throws DcganError `usage.cannot-write`
 */
export async function writeAnimation(
  path: string,
  frames: Picture,
  { format, count, delayMs }: { format: AnimationFormat; count: number; delayMs: number },
): Promise<void> {
  const encode = format === 'apng' ? encodeAsApng : encodeWithSharp;
  const bytes = await encode(frames, count, delayMs, format).catch((error: unknown) => {
    const happened = `${count} frames of ${frames.width} x ${frames.height / count} pixels cannot be written as ${format}: ${messageOf(error)}.`;
    throw new DcganError('usage.cannot-write', { happened }, { cause: error, data: { path } });
  });
  await writeFileAtomic(path, bytes);
}

async function encodeWithSharp(
  { pixels, width, height, channels }: Picture,
  count: number,
  delayMs: number,
  format: AnimationFormat,
): Promise<Uint8Array> {
  const raw = { width, height, channels, pageHeight: height / count };
  const picture = sharp(pixels, { raw, limitInputPixels: false });
  const timing = { delay: Array<number>(count).fill(delayMs), loop: 0 }; // sharp applies a single number to the first frame only
  const dither = channels === 1 ? 0 : 1; // a palette has all 256 greys, but not all colours
  if (format === 'gif') return markGif(await picture.gif({ ...timing, dither }).toBuffer());
  return picture
    .withExif(markedExif)
    .webp({ ...timing, lossless: true })
    .toBuffer();
}

async function encodeAsApng({ pixels, ...size }: Picture, count: number, delayMs: number): Promise<Uint8Array> {
  const length = pixels.length / count;
  const frame = { ...size, height: size.height / count };
  const encoded: Uint8Array[] = [];
  for (let i = 0; i < count; i++) {
    encoded.push(await encodePicture({ ...frame, pixels: pixels.subarray(i * length, (i + 1) * length) }, 'png'));
  }
  return encodeApng(encoded, delayMs);
}
