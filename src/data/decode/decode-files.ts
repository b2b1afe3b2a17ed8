// Reads, hashes and decodes a batch of image files, in any thread.
import { createHash } from 'node:crypto';
import { setImmediate as nextTurn } from 'node:timers/promises';
import { messageOf } from '../../errors.ts';
import { readZipEntry, type ZipEntry } from '../dataset/zip-images.ts';
import { decodeDeep, decodeImage, type ImageSpec } from './decode.ts';
import { type Tones, tonesOf } from './image-tones.ts';
import { type Levels, levelsOf } from './levels.ts';
import type { Mutex } from './mutex.ts';
import { inParallel } from './parallel.ts';
import { readImageFile } from './read-image-file.ts';

/** Where the bytes of one image are: in a file, or in an entry of a ZIP file. */
export interface ImageSource {
  path: string;
  entry?: ZipEntry | undefined;
}

export interface FilesToDecode {
  sources: readonly ImageSource[];
  spec: ImageSpec;
  /** Memory of an earlier batch, to reuse for the pixels: new memory per batch takes a twelfth of all time. */
  buffer?: ArrayBuffer | undefined;
  /** Shared with other threads, for large images. */
  mutex: Mutex;
}

export interface DecodedFiles {
  files: DecodedFile[];
  /** Images of the readable files: uint8 [images, height, width, channels]. */
  pixels: Uint8Array<ArrayBuffer>;
}

export interface DecodedFile {
  /** SHA-256 of the file's bytes, in hex; undefined if they cannot be read. */
  digest?: string;
  /** Why the file could not be decoded. */
  reason?: string;
  /** Set if there is an image. */
  tones?: Tones;
  /** Value range, instead of an image, while the range of the data set is being measured. */
  levels?: Levels;
}

const atOnce = 4; // for images that sharp decodes: a slow one leaves no core idle

export async function decodeFiles(
  { sources, spec, buffer, mutex }: FilesToDecode,
  signal?: AbortSignal,
): Promise<DecodedFiles> {
  const imageBytes = spec.height * spec.width * spec.channels;
  const bytes = sources.length * imageBytes;
  const pixels = new Uint8Array(buffer && buffer.byteLength >= bytes ? buffer : new ArrayBuffer(bytes));
  const files: DecodedFile[] = [];
  let usedBytes = 0;
  for await (const { image, ...file } of inParallel(sources, (source) => decodeFile(source, spec, mutex), atOnce)) {
    if (signal) await nextTurn(); // lets signal handlers run
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
  mutex: Mutex,
): Promise<DecodedFile & { image?: Uint8Array }> {
  let bytes: Buffer;
  try {
    bytes = entry ? readZipEntry(path, entry) : readImageFile(path);
  } catch (error) {
    return { reason: messageOf(error) };
  }
  // the bytes are valid only until the next file is read, so they must not be used after an await
  const digest = createHash('sha256').update(bytes).digest('hex');
  const isOwn = isMarked(bytes);
  try {
    if (spec.stretch && !spec.levels) return { digest, levels: await measure(bytes, spec, mutex) };
    const image = await decodeImage(bytes, spec, mutex);
    return { digest, image, tones: { ...tonesOf(image, spec.channels), isOwn } };
  } catch (error) {
    const reason = bytes.length === 0 ? 'the file is empty' : messageOf(error).trim().replaceAll('\n', '; ');
    return { digest, reason };
  }
}

/** Measures without padding, whose colour is not of the image. */
async function measure(bytes: Buffer, spec: ImageSpec, mutex: Mutex): Promise<Levels> {
  const unpadded = { ...spec, fit: spec.fit === 'contain' ? ('inside' as const) : spec.fit };
  return levelsOf(await decodeDeep(bytes, unpadded, mutex), spec.channels);
}

const mark = Buffer.from('dcgan\0'); // as pictures/picture-mark.ts writes it
const markWithin = 4096; // from the beginning or the end, depending on the format

/** Whether dcgan has drawn a picture. */
function isMarked(file: Buffer): boolean {
  return file.subarray(0, markWithin).includes(mark) || file.subarray(-markWithin).includes(mark);
}
