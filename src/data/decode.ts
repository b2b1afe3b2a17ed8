// One image file's bytes to pixels of the size and channels that the networks are trained on.
import { DcganError, messageOf } from '../errors.ts';
import { loadSharp } from './load-sharp.ts';
import { decodeSmallJpeg } from './small-jpeg.ts';
import { inTurn, makeTurn } from './turns.ts';

/** Which images to read, and what each one becomes. */
export interface ImageSpec {
  /** A folder of PNG, JPEG, WebP, GIF (first frame) or AVIF files; folders inside it are read too. */
  directory: string;
  height: number;
  width: number;
  /** 1 grey (luminance), 3 RGB, 4 RGBA with the transparency kept. */
  channels: 1 | 3 | 4;
  /** CSS colour that transparent pixels are composited on when channels is 1 or 3. */
  background: string;
  /** How an image of another shape gets its size: cut to fill, padded (background, or transparent) or stretched. */
  fit: 'cover' | 'contain' | 'fill';
}

/** On these, a grey image may stay grey while it is composited. Elsewhere it has to become RGB first, which takes as long as all the rest. */
const neutral = new Set(['white', '#fff', '#ffffff', 'black', '#000', '#000000']);

/** How the files of each format begin, at which byte. sharp reads other formats too, some of which refer to other files. */
const signatures: readonly (readonly [at: number, text: string])[] = [
  [0, '\x89PNG'],
  [0, '\xff\xd8\xff'], // JPEG
  [8, 'WEBP'],
  [0, 'GIF8'],
  [4, 'ftyp'], // AVIF
];

/** Of larger ones a process decodes one at a time: of most formats sharp holds the whole image in memory. */
const largePixels = 64e6;
/** sharp's own limit, 16,383 x 16,383. */
const mostPixels = 0x3fff * 0x3fff;

/**
 * Pixels of one image: uint8 [height, width, channels]. Rejects where the image is damaged, cut short or over sharp's size limits.
 * The bytes are done with as soon as it has been called. Threads that share a `turn` take turns at large images.
 */
export async function decodeImage(bytes: Uint8Array, spec: ImageSpec, turn = makeTurn()): Promise<Uint8Array> {
  const start = Buffer.from(bytes.subarray(0, 16)).toString('latin1');
  if (!signatures.some(([at, text]) => start.startsWith(text, at)))
    throw new Error('its contents are not those of a PNG, JPEG, WebP, GIF or AVIF file');
  const small = decodeSmallJpeg(bytes, spec);
  if (small) return small;
  const copy = Buffer.from(bytes);
  try {
    return await decodeWithSharp(copy, spec, largePixels);
  } catch (error) {
    if (!/exceeds pixel limit/.test(messageOf(error))) throw error;
    return inTurn(turn, () => decodeWithSharp(copy, spec, mostPixels));
  }
}

/** An image of more than `limitInputPixels` is refused when its header is read. */
async function decodeWithSharp(bytes: Buffer, spec: ImageSpec, limitInputPixels: number): Promise<Uint8Array> {
  const transparent = { r: 0, g: 0, b: 0, alpha: 0 };
  const sharp = await loadSharp();
  const upright = sharp(bytes, { failOn: 'error', limitInputPixels }).autoOrient();
  if (spec.channels !== 4 && !neutral.has(spec.background)) upright.pipelineColourspace('srgb');
  const opaque = spec.channels === 4 ? upright : upright.flatten({ background: spec.background });
  const sized = opaque.resize(spec.width, spec.height, {
    fit: spec.fit,
    background: spec.channels === 4 ? transparent : spec.background,
  });
  const coloured = sized.toColourspace(spec.channels === 1 ? 'b-w' : 'srgb');
  const pixels = await (spec.channels === 4 ? coloured.ensureAlpha() : coloured).raw({ depth: 'uchar' }).toBuffer();
  const expectedBytes = spec.height * spec.width * spec.channels;
  if (pixels.length !== expectedBytes) throw new Error(`decoded to ${pixels.length} bytes instead of ${expectedBytes}`);
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
        expected: 'A CSS colour is expected, such as white, #ff8800 or rgb(255, 136, 0).',
      },
      { cause: messageOf(error), data: { background } },
    );
  }
}
