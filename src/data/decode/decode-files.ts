// A few image files to pixels: read, hashed and decoded, in whatever thread.
import { createHash } from 'node:crypto';
import { setImmediate as nextTurn } from 'node:timers/promises';
import { messageOf } from '../../errors.ts';
import { readZipEntry, type ZipEntry } from '../dataset/zip-images.ts';
import { decodeDeep, decodeImage, type ImageSpec } from './decode.ts';
import { type Tones, tonesOf } from './image-tones.ts';
import { type Levels, levelsOf } from './levels.ts';
import type { Turn } from './mutex.ts';
import { inParallel } from './parallel.ts';
import { readImageFile } from './read-image-file.ts';

/** Where the bytes of one image are: in a file, or in an entry of a ZIP file. */
export interface ImageSource {
  path: string;
  entry?: ZipEntry | undefined;
}

/** Files, and what their images become. */
export interface FilesToDecode {
  sources: readonly ImageSource[];
  spec: ImageSpec;
  /** Room for their pixels, from images before: new memory for each batch costs a twelfth of all time. */
  room?: ArrayBuffer | undefined;
  /** At large images (turns.ts), shared with other threads. */
  turn: Turn;
}

export interface DecodedFiles {
  files: DecodedFile[];
  /** The images of those that could be read, back to back: uint8 [images, height, width, channels]. */
  pixels: Uint8Array<ArrayBuffer>;
}

export interface DecodedFile {
  /** SHA-256 of the file's bytes, in hex; undefined where even these cannot be read. */
  digest?: string;
  /** Why there is no image. */
  reason?: string;
  /** How dark and bright the image is, where there is one. */
  tones?: Tones;
  /** Its least and greatest value, in place of an image, where these are to be stretched and not known yet. */
  levels?: Levels;
}

const atOnce = 4; // of those that sharp decodes: one slow image leaves no core idle

export async function decodeFiles(
  { sources, spec, room, turn }: FilesToDecode,
  signal?: AbortSignal,
): Promise<DecodedFiles> {
  const imageBytes = spec.height * spec.width * spec.channels;
  const bytes = sources.length * imageBytes;
  const pixels = new Uint8Array(room && room.byteLength >= bytes ? room : new ArrayBuffer(bytes));
  const files: DecodedFile[] = [];
  let usedBytes = 0;
  for await (const { image, ...file } of inParallel(sources, (source) => decodeFile(source, spec, turn), atOnce)) {
    if (signal) await nextTurn(); // signals are heard here
    signal?.throwIfAborted();
    files.push(file);
    if (image) pixels.set(image, usedBytes);
    if (image) usedBytes += imageBytes;
  }
  return { files, pixels: pixels.subarray(0, usedBytes) };
}

async function decodeFile(
  { path, entry }: ImageSource,
  spec: ImageSpec,
  turn: Turn,
): Promise<DecodedFile & { image?: Uint8Array }> {
  let bytes: Buffer;
  try {
    bytes = entry ? readZipEntry(path, entry) : readImageFile(path);
  } catch (error) {
    return { reason: messageOf(error) };
  }
  // the bytes are only good until the next file is read, so not after an await
  const digest = createHash('sha256').update(bytes).digest('hex');
  const isOwn = isMarked(bytes);
  try {
    if (spec.stretch && !spec.levels) return { digest, levels: await measure(bytes, spec, turn) };
    const image = await decodeImage(bytes, spec, turn);
    return { digest, image, tones: { ...tonesOf(image, spec.channels), isOwn } };
  } catch (error) {
    const reason = bytes.length === 0 ? 'the file is empty' : messageOf(error).trim().replaceAll('\n', '; ');
    return { digest, reason };
  }
}

/** Without padding, whose colour is none of the image's. */
async function measure(bytes: Buffer, spec: ImageSpec, turn: Turn): Promise<Levels> {
  const unpadded = { ...spec, fit: spec.fit === 'contain' ? ('inside' as const) : spec.fit };
  return levelsOf(await decodeDeep(bytes, unpadded, turn), spec.channels);
}

const mark = Buffer.from('dcgan\0'); // outputs/picture-mark.ts
const markWithin = 4096; // from the beginning or the end, depending on the format

/** Whether this program has drawn a picture. */
function isMarked(file: Buffer): boolean {
  return file.subarray(0, markWithin).includes(mark) || file.subarray(-markWithin).includes(mark);
}
