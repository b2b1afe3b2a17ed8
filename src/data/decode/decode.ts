// One image file's bytes to pixels of the size and channels that the networks are trained on.
import type { Sharp } from 'sharp';
import { DcganError, messageOf } from '../../errors.ts';
import { readBmp } from './formats/bmp.ts';
import { readNetpbm } from './formats/netpbm.ts';
import { formatNames, formatOf, type ImageFormat } from './image-formats.ts';
import { decodeSmallJpeg } from './jpeg/small-jpeg.ts';
import { type Levels, stretch } from './levels.ts';
import { loadSharp } from './load-sharp.ts';
import { inTurn, makeTurn, type Turn } from './mutex.ts';
import { pixelLimit, type RawPicture, tooManyPixels } from './raw-picture.ts';
import { toRec601 } from './rec601.ts';

/** Which images to read, and what each one becomes. */
export interface ImageSpec {
  /** A folder of images; folders inside it are read too. */
  directory: string;
  height: number;
  width: number;
  /** 1 grey (luminance), 3 RGB, 4 RGBA with the transparency kept. */
  channels: 1 | 3 | 4;
  /** CSS colour that transparent pixels are composited on when channels is 1 or 3. */
  background: string;
  /** How an image of another shape gets its size: cut to fill, padded (background, or transparent) or stretched. */
  fit: 'cover' | 'contain' | 'fill';
  /** How colours become gray: by luminance in linear light (the default), or by Rec. 601. */
  gray?: 'luminance' | 'rec601';
  /** Whether the values of all images together are stretched to 0..255. */
  stretch?: boolean;
  /** What they are stretched from, once it is known. */
  levels?: Levels;
}

/** On these, a grey image may stay grey while it is composited. Elsewhere it has to become RGB first, which takes as long as all the rest. */
const neutral = new Set(['white', '#fff', '#ffffff', 'black', '#000', '#000000']);

/** Of larger ones a process decodes one at a time: of most formats sharp holds the whole image in memory. */
const largePixels = 64e6;
/** Far above what the largest image takes on a slow machine; an image of a few bytes may be made to take hours. */
const mostSeconds = 120;

/**
 * Pixels of one image: uint8 [height, width, channels]. Rejects where the image is damaged, cut short, of another format, or over the
 * size limits. The bytes are done with as soon as it has been called. Threads that share a `turn` take turns at large images.
 */
export async function decodeImage(bytes: Uint8Array, spec: ImageSpec, turn = makeTurn()): Promise<Uint8Array> {
  if (spec.levels) return stretch(await decodeDeep(bytes, spec, turn), spec.levels, spec.channels);
  const inColour = colourSpec(spec);
  const pixels = await decode(bytes, inColour, turn, 'uchar');
  return inColour === spec ? pixels : toRec601(pixels);
}

/** The same with 16 bits per value: uint16 [height, width, channels]. */
export async function decodeDeep(bytes: Uint8Array, spec: Rendering, turn = makeTurn()): Promise<Uint16Array> {
  const inColour = colourSpec(spec);
  const pixels = await decode(bytes, inColour, turn, 'ushort');
  const samples = new Uint16Array(pixels.buffer, pixels.byteOffset, pixels.length / 2);
  return inColour === spec ? samples : toRec601(samples);
}

/** `inside` is `contain` without the padding: of another size, but the same pixels. */
type Rendering = Omit<ImageSpec, 'fit'> & { fit: ImageSpec['fit'] | 'inside' };

/** Gray by Rec. 601 is computed here, from colours. */
function colourSpec<Spec extends Rendering>(spec: Spec): Spec {
  return spec.channels === 1 && spec.gray === 'rec601' ? { ...spec, channels: 3 } : spec;
}

type Depth = 'uchar' | 'ushort';

async function decode(bytes: Uint8Array, spec: Rendering, turn: Turn, depth: Depth): Promise<Uint8Array> {
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
    return inTurn(turn, () => renderFile(copy, spec, depth, pixelLimit)).catch((refused) =>
      explainLimit(copy, refused),
    );
  }
}

/**
 * Formats whose signatures text can begin with. sharp chooses the decoder of a file by rules of its own, and would draw an SVG that
 * carries such a signature; so it is asked which decoder it chose.
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

/** Throws with the image's size in place of sharp's message, which has no figures. */
async function explainLimit(bytes: Buffer, error: unknown): Promise<never> {
  if (!isTooLarge(error)) throw error;
  const sharp = await loadSharp();
  const { height, width } = await sharp(bytes, { limitInputPixels: false }).metadata();
  throw tooManyPixels(height, width);
}

/** An image of more than `limitInputPixels` is refused when its header is read. */
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
  const coloured = sized.toColourspace(spec.channels === 1 ? gray : colour).timeout({ seconds: mostSeconds });
  const pixels = await (spec.channels === 4 ? coloured.ensureAlpha() : coloured).raw({ depth }).toBuffer();
  const expectedBytes = spec.height * spec.width * spec.channels * (depth === 'uchar' ? 1 : 2);
  if (pixels.length !== expectedBytes && spec.fit !== 'inside')
    throw new Error(`decoded to ${pixels.length} bytes instead of ${expectedBytes}`);
  return pixels;
}

/** Rejects where the background is no colour, before every single image fails with it. */
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
