// A part of a file, whole or not at all.
import type { FileHandle } from 'node:fs/promises';

/** Throws Error where the file ends before that. Nothing is allocated for bytes that are not there. */
export async function readBytes(file: FileHandle, begin: number, length: number): Promise<Uint8Array> {
  const { size } = await file.stat();
  if (begin + length > size) throw new Error(`it has ${size} bytes, where ${begin + length} are claimed`);
  const bytes = new Uint8Array(length);
  let done = 0;
  while (done < length) {
    const { bytesRead } = await file.read(bytes, done, length - done, begin + done);
    if (bytesRead === 0) throw new Error(`it ends after ${begin + done} bytes`);
    done += bytesRead;
  }
  return bytes;
}
