// Images side by side in one picture file, small ones enlarged so that their pixels can be seen.
import { extname } from 'node:path';
import sharp from 'sharp';
import { DcganError, messageOf } from '../errors.ts';
import { writeFileSafely } from './write-file.ts';

export interface Images {
  pixels: Uint8Array; // [n, height, width, channels] in 0..255
  height: number;
  width: number;
  channels: 1 | 3 | 4;
}

export interface GridLayout {
  /** Images per row; the last row may be shorter. */
  columns: number;
  /** Pixels of the picture between the images and around them. @default 2 */
  padding?: number;
  /** Any CSS colour. @default transparent for images with alpha, else white */
  background?: string;
  /** How many pixels of the picture a pixel of an image is wide. @default the least that makes an image 64 pixels long */
  scale?: number;
}

const comfortableLength = 64;

/**
 * Writes images as one picture, row by row; its format follows the extension (png, webp, jpg).
 * @throws DcganError `usage.unknown-picture-format`, `usage.cannot-write`
 */
export async function writeGrid(path: string, images: Images, layout: GridLayout): Promise<void> {
  const { background = images.channels === 4 ? 'transparent' : 'white' } = layout;
  const { padding, scale } = { ...gridGeometry(images), ...layout };
  const count = images.pixels.length / (images.height * images.width * images.channels);
  if (!Number.isInteger(count) || count === 0) throw new Error(`${images.pixels.length} values are no whole images.`);
  const columns = Math.min(layout.columns, count);
  const canvas = await createCanvas({
    width: columns * (images.width * scale + padding) + padding,
    height: Math.ceil(count / columns) * (images.height * scale + padding) + padding,
    channels: images.channels,
    background,
  });
  for (let i = 0; i < count; i++) {
    const left = padding + (i % columns) * (images.width * scale + padding);
    const top = padding + Math.floor(i / columns) * (images.height * scale + padding);
    drawImage(canvas, images, i, { left, top, scale });
  }
  await writeCanvas(path, canvas, background);
}

/** The padding and the scale of a grid that is not told otherwise. */
export function gridGeometry({ height, width }: { height: number; width: number }): { padding: number; scale: number } {
  return { padding: 2, scale: Math.ceil(comfortableLength / Math.max(height, width)) };
}

interface Canvas {
  pixels: Uint8Array; // [height, width, channels] in 0..255
  width: number;
  height: number;
  channels: 1 | 3 | 4;
}

async function createCanvas(size: Omit<Canvas, 'pixels'> & { background: string }): Promise<Canvas> {
  const { width, height, channels, background } = size;
  const pixel = sharp({ create: { width: 1, height: 1, channels: 4, background } });
  if (channels < 4) pixel.removeAlpha();
  if (channels === 1) pixel.toColourspace('b-w');
  const colour = await pixel.raw().toBuffer();
  return { pixels: new Uint8Array(Buffer.alloc(width * height * channels, colour)), width, height, channels };
}

/** Copies one image onto the canvas, every pixel as a square of `scale` by `scale`. */
function drawImage(
  canvas: Canvas,
  { pixels, height, width, channels }: Images,
  index: number,
  { left, top, scale }: { left: number; top: number; scale: number },
): void {
  const row = new Uint8Array(width * scale * channels);
  for (let y = 0; y < height; y++) {
    const source = (index * height + y) * width * channels;
    for (let x = 0; x < width * scale; x++) {
      const pixel = source + Math.floor(x / scale) * channels;
      for (let channel = 0; channel < channels; channel++) row[x * channels + channel] = pixels[pixel + channel]!;
    }
    for (let repeat = 0; repeat < scale; repeat++) {
      canvas.pixels.set(row, ((top + y * scale + repeat) * canvas.width + left) * channels);
    }
  }
}

async function writeCanvas(
  path: string,
  { pixels, width, height, channels }: Canvas,
  background: string,
): Promise<void> {
  const picture = sharp(pixels, { raw: { width, height, channels }, limitInputPixels: false });
  if (channels === 1) picture.toColourspace('b-w');
  const opaque = background === 'transparent' ? 'white' : background; // JPEG has no alpha
  const extension = extname(path).toLowerCase();
  if (extension === '.png') picture.png();
  else if (extension === '.webp') picture.webp({ lossless: true });
  else if (extension === '.jpg' || extension === '.jpeg') picture.flatten({ background: opaque }).jpeg({ quality: 95 });
  else throw unknownFormat(path, extension);
  const bytes = await picture.toBuffer().catch((error: unknown) => {
    const happened = `A picture of ${width} x ${height} pixels cannot be written to ${path}: ${messageOf(error)}.`;
    throw new DcganError('usage.cannot-write', { happened }, { cause: error, data: { path, width, height } });
  });
  await writeFileSafely(path, bytes);
}

function unknownFormat(path: string, extension: string): DcganError {
  const happened = `${path} ends in ${extension || 'no extension'}, which is no picture format known here.`;
  return new DcganError('usage.unknown-picture-format', { happened, expected: 'Name a .png, .webp or .jpg file.' });
}
