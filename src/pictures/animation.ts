// Images one after another in one file that moves: GIF, WebP or APNG, as the file's extension says.
import sharp from 'sharp';
import { DcganError, messageOf } from '../errors.ts';
import { encodeApng } from '../formats/apng.ts';
import { writeFileAtomic } from '../system/write-file.ts';
import { encodePicture, extensionOf, type Picture } from './picture.ts';
import { markedExif, markGif } from './picture-mark.ts';

const animationFormats = ['gif', 'webp', 'apng'] as const;
export type AnimationFormat = (typeof animationFormats)[number];

/** The animation format that a path's extension names, if it is one. */
export function animationFormatOf(path: string): AnimationFormat | undefined {
  return animationFormats.find((format) => format === extensionOf(path));
}

/**
 * Writes a picture of frames that stand under one another as an animation that runs for ever.
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
  const timing = { delay: Array<number>(count).fill(delayMs), loop: 0 }; // a single number would be the first frame's only
  const dither = channels === 1 ? 0 : 1; // a palette holds every grey, and only some of the colours
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
