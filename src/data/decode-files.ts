// A few image files to pixels: read, hashed and decoded, in whatever thread.
import { createHash } from 'node:crypto';
import { closeSync, openSync, readFileSync, readSync } from 'node:fs';
import { messageOf } from '../errors.ts';
import { decodeImage, type ImageSpec } from './decode.ts';
import { inParallel } from './parallel.ts';

/** Paths of files, and what their images become. */
export interface FilesToDecode {
  paths: readonly string[];
  spec: ImageSpec;
  /** Room for their pixels, from images before: new memory for each batch costs a twelfth of all time. */
  room?: ArrayBuffer | undefined;
  /** At large images (turns.ts), shared with other threads. */
  turn: Int32Array<SharedArrayBuffer>;
}

export interface DecodedFiles {
  files: DecodedFile[];
  /** The images of those that could be read, back to back: uint8 [images, height, width, channels]. */
  pixels: Uint8Array<ArrayBuffer>;
}

interface DecodedFile {
  /** SHA-256 of the file's bytes, in hex; undefined where even these cannot be read. */
  digest?: string;
  /** Why there is no image. */
  reason?: string;
}

const atOnce = 4; // of those that sharp decodes: one slow image leaves no core idle

export async function decodeFiles({ paths, spec, room, turn }: FilesToDecode): Promise<DecodedFiles> {
  const imageBytes = spec.height * spec.width * spec.channels;
  const bytes = paths.length * imageBytes;
  const pixels = new Uint8Array(room && room.byteLength >= bytes ? room : new ArrayBuffer(bytes));
  const files: DecodedFile[] = [];
  let usedBytes = 0;
  for await (const { image, ...file } of inParallel(paths, (path) => decodeFile(path, spec, turn), atOnce)) {
    files.push(file);
    if (image) pixels.set(image, usedBytes);
    if (image) usedBytes += imageBytes;
  }
  return { files, pixels: pixels.subarray(0, usedBytes) };
}

async function decodeFile(
  path: string,
  spec: ImageSpec,
  turn: FilesToDecode['turn'],
): Promise<DecodedFile & { image?: Uint8Array }> {
  let bytes: Buffer;
  try {
    bytes = readFile(path);
  } catch (error) {
    return { reason: messageOf(error) };
  }
  const digest = createHash('sha256').update(bytes).digest('hex');
  try {
    return { digest, image: await decodeImage(bytes, spec, turn) };
  } catch (error) {
    const reason = bytes.length === 0 ? 'the file is empty' : messageOf(error).trim().replaceAll('\n', '; ');
    return { digest, reason };
  }
}

const small = Buffer.alloc(64 * 1024);

/** A file's bytes, good until the next call: small ones into the same memory, in a third of the time that new memory takes. */
function readFile(path: string): Buffer {
  const descriptor = openSync(path, 'r'); // not a promise, which takes ten times as long
  try {
    let length = 0;
    let read = 0;
    do {
      read = readSync(descriptor, small, length, small.length - length, length);
      length += read;
    } while (read > 0 && length < small.length);
    return length < small.length ? small.subarray(0, length) : readFileSync(path);
  } finally {
    closeSync(descriptor);
  }
}
