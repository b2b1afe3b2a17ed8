// Decodes an image file to pixels of the size and channels that the networks are trained on.
import type { Sharp } from 'sharp';
import { DcganError, messageOf } from '../../errors.ts';
import { readBmp } from './formats/bmp.ts';
import { readNetpbm } from './formats/netpbm.ts';
import { formatNames, formatOf, type ImageFormat } from './image-formats.ts';
import { decodeSmallJpeg } from './jpeg/small-jpeg.ts';
import { type Levels, stretch } from './levels.ts';
import { loadSharp } from './load-sharp.ts';
import { createMutex, type Mutex, withMutex } from './mutex.ts';
import { pixelLimit, type RawPicture, tooManyPixels } from './raw-picture.ts';
import { toRec601 } from './rec601.ts';

/** Which images to read, and how each one is converted. */
export interface ImageSpec {
  /** A folder of images; folders inside it are read too. */
  directory: string;
  height: number;
  width: number;
  /** 1 grey (luminance), 3 RGB, 4 RGBA with the transparency kept. */
  channels: 1 | 3 | 4;
  /** CSS colour behind transparent pixels, if channels is 1 or 3. */
  background: string;
  /** How an image of another aspect ratio is resized: cropped, padded (background, or transparent) or stretched. */
  fit: 'cover' | 'contain' | 'fill';
  /** How colours are converted to gray: by luminance in linear light (the default), or by Rec. 601. */
  gray?: 'luminance' | 'rec601';
  /** Whether the value range of the whole data set is stretched to 0..255. */
  stretch?: boolean;
  /** The range to stretch from, once it is known. */
  levels?: Levels;
}

/** A grey image is composited on these without a conversion to RGB, which would take as long as all other work together. */
const neutral = new Set(['white', '#fff', '#ffffff', 'black', '#000', '#000000']);

/** A process decodes larger images one at a time, because sharp holds the whole image of most formats in memory. */
const largePixels = 64e6;
/** Far above what the largest image takes on a slow machine; a crafted image of a few bytes may take hours. */
const maxSeconds = 120;

/**
 * Pixels of one image: uint8 [height, width, channels]. Rejects an image that is damaged, truncated, of another format or over
 * the size limits. The bytes may be reused as soon as the call has returned its promise. `mutex` serialises large images
 * between threads.
 */
export async function decodeImage(bytes: Uint8Array, spec: ImageSpec, mutex = createMutex()): Promise<Uint8Array> {
  if (spec.levels) return stretch(await decodeDeep(bytes, spec, mutex), spec.levels, spec.channels);
  const inColour = colourSpec(spec);
  const pixels = await decode(bytes, inColour, mutex, 'uchar');
  return inColour === spec ? pixels : toRec601(pixels);
}

/** Like `decodeImage`, with 16 bits per value: uint16 [height, width, channels]. */
export async function decodeDeep(bytes: Uint8Array, spec: Rendering, mutex = createMutex()): Promise<Uint16Array> {
  const inColour = colourSpec(spec);
  const pixels = await decode(bytes, inColour, mutex, 'ushort');
  const samples = new Uint16Array(pixels.buffer, pixels.byteOffset, pixels.length / 2);
  return inColour === spec ? samples : toRec601(samples);
}

/** `inside` is `contain` without padding. */
type Rendering = Omit<ImageSpec, 'fit'> & { fit: ImageSpec['fit'] | 'inside' };

/** Rec. 601 is not sharp's conversion to gray, so colours are decoded first. */
function colourSpec<Spec extends Rendering>(spec: Spec): Spec {
  return spec.channels === 1 && spec.gray === 'rec601' ? { ...spec, channels: 3 } : spec;
}

type Depth = 'uchar' | 'ushort';

async function decode(bytes: Uint8Array, spec: Rendering, mutex: Mutex, depth: Depth): Promise<Uint8Array> {
  const format = formatOf(bytes);
  if (format === undefined) throw new Error(`its contents are not those of a ${formatNames} file`);
  const small = format === 'jpeg' && depth === 'uchar' ? decodeSmallJpeg(bytes, spec) : undefined;
  if (small) return small;
  if (format === 'heic') throw heicImage();
  if (format === 'bmp') return renderRaw(readBmp(bytes), spec, depth);
  if (format === 'netpbm') return renderRaw(readNetpbm(bytes), spec, depth);
  const copy = Buffer.from(bytes);
  if (mayBeText.has(format)) await checkDecoder(copy, format);
  try {
    return await renderFile(copy, spec, depth, largePixels);
  } catch (error) {
    if (!isTooLarge(error)) throw error;
    return withMutex(mutex, () => renderFile(copy, spec, depth, pixelLimit)).catch((refused) =>
      explainLimit(copy, refused),
    );
  }
}

/**
 * Formats whose signatures can begin a text file. sharp would render an SVG file with such a signature, so its choice of decoder
 * is checked.
 */
const mayBeText: ReadonlySet<ImageFormat> = new Set(['webp', 'gif', 'heif', 'tiff']);

async function checkDecoder(bytes: Buffer, format: ImageFormat): Promise<void> {
  const sharp = await loadSharp();
  const chosen = await sharp(bytes, { limitInputPixels: false }).metadata();
  if (chosen.format !== format) throw new Error(`its contents are not those of a ${formatNames} file`);
  if (format === 'heif' && chosen.compression !== 'av1') throw heicImage();
}

function heicImage(): Error {
  return new Error('it is a HEIC image, which is not supported; convert it: magick mogrify -format jpg FILE');
}

function isTooLarge(error: unknown): boolean {
  return /exceeds pixel limit/.test(messageOf(error));
}

/** Replaces sharp's message by one that states the image's size. */
async function explainLimit(bytes: Buffer, error: unknown): Promise<never> {
  if (!isTooLarge(error)) throw error;
  const sharp = await loadSharp();
  const { height, width } = await sharp(bytes, { limitInputPixels: false }).metadata();
  throw tooManyPixels(height, width);
}

/** sharp refuses an image of more than `limitInputPixels` when it reads the header. */
async function renderFile(bytes: Buffer, spec: Rendering, depth: Depth, limitInputPixels: number): Promise<Uint8Array> {
  const sharp = await loadSharp();
  return render(sharp(bytes, { failOn: 'error', limitInputPixels }).autoOrient(), spec, depth);
}

async function renderRaw(picture: RawPicture, spec: Rendering, depth: Depth): Promise<Uint8Array> {
  const { samples, height, width, channels } = picture;
  const sharp = await loadSharp();
  return render(sharp(samples, { raw: { height, width, channels } }), spec, depth);
}

const colourspaces = { uchar: { gray: 'b-w', colour: 'srgb' }, ushort: { gray: 'grey16', colour: 'rgb16' } } as const;

async function render(picture: Sharp, spec: Rendering, depth: Depth): Promise<Uint8Array> {
  const { gray, colour } = colourspaces[depth];
  const transparent = { r: 0, g: 0, b: 0, alpha: 0 };
  if (spec.channels !== 4 && !neutral.has(spec.background)) picture.pipelineColourspace(colour);
  const opaque = spec.channels === 4 ? picture : picture.flatten({ background: spec.background });
  const sized = opaque.resize(spec.width, spec.height, {
    fit: spec.fit,
    background: spec.channels === 4 ? transparent : spec.background,
  });
  const coloured = sized.toColourspace(spec.channels === 1 ? gray : colour).timeout({ seconds: maxSeconds });
  const pixels = await (spec.channels === 4 ? coloured.ensureAlpha() : coloured).raw({ depth }).toBuffer();
  const expectedBytes = spec.height * spec.width * spec.channels * (depth === 'uchar' ? 1 : 2);
  if (pixels.length !== expectedBytes && spec.fit !== 'inside')
    throw new Error(`decoded to ${pixels.length} bytes instead of ${expectedBytes}`);
  return pixels;
}

/** Rejects an invalid background once, before every image fails with it. */
export async function checkBackground(background: string): Promise<void> {
  if (neutral.has(background)) return;
  const sharp = await loadSharp();
  try {
    sharp({ create: { width: 1, height: 1, channels: 3, background } });
  } catch (error) {
    throw new DcganError(
      'config.background',
      {
        happened: `The background "${background}" is not a colour.`,
        expected: 'Expected a CSS colour, such as white, #ff8800 or rgb(255, 136, 0).',
      },
      { cause: messageOf(error), data: { background } },
    );
  }
}
