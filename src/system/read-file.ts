// Reads files that anybody may have put there: only regular ones, no more of them than is expected, and where they cannot be
// read, why. A named pipe would be waited for, a device read without end.
import { constants, type Stats } from 'node:fs';
import { type FileHandle, open, stat } from 'node:fs/promises';
import { messageOf } from '../errors.ts';
import { codeOf, reasons } from './reasons.ts';

/** A file that is not read. Its message completes "FILE cannot be read: ...". */
export class UnreadableFile extends Error {
  /** The system's word for it, as EACCES; undefined where this program refused. */
  readonly code: string | undefined;

  constructor(reason: string, options: { code?: string | undefined; cause?: unknown } = {}) {
    super(reason, { cause: options.cause });
    this.code = options.code;
  }
}

/** Opens a regular file. @throws UnreadableFile */
export async function openRegular(path: string): Promise<FileHandle> {
  return explained(async () => {
    checkRegular(await stat(path)); // before it is opened: opening a device may do something
    const file = await open(path, constants.O_RDONLY | (constants.O_NONBLOCK ?? 0)); // Windows has no such flag
    try {
      checkRegular(await file.stat());
      return file;
    } catch (error) {
      await file.close();
      throw error;
    }
  });
}

/** Reads a regular file of at most so many bytes. @throws UnreadableFile */
export async function readRegular(path: string, mostBytes: number): Promise<Uint8Array> {
  const file = await openRegular(path);
  try {
    const { size } = await file.stat();
    if (size > mostBytes) throw new UnreadableFile(`it has ${size} bytes, more than the ${mostBytes} that are read`);
    return await readBytes(file, 0, size);
  } finally {
    await file.close();
  }
}

/** Reads a regular file of at most so many bytes as UTF-8. @throws UnreadableFile */
export async function readRegularText(path: string, mostBytes: number): Promise<string> {
  return new TextDecoder().decode(await readRegular(path, mostBytes));
}

const mostPerCall = 2 ** 30; // the system reads less than 2 GiB at a time

/** A part of a file, whole or not at all. Nothing is allocated for bytes that are not there. @throws UnreadableFile */
export async function readBytes(file: FileHandle, begin: number, length: number): Promise<Uint8Array> {
  return explained(async () => {
    const { size } = await file.stat();
    if (begin + length > size) {
      throw new UnreadableFile(`it has ${size} bytes, where ${begin + length} are claimed`);
    }
    const bytes = new Uint8Array(length);
    let done = 0;
    while (done < length) {
      const { bytesRead } = await file.read(bytes, done, Math.min(length - done, mostPerCall), begin + done);
      if (bytesRead === 0) throw new UnreadableFile(`it ends after ${begin + done} bytes`);
      done += bytesRead;
    }
    return bytes;
  });
}

/** @throws UnreadableFile saying what is there in place of a file */
function checkRegular(stats: Stats): void {
  if (!stats.isFile()) throw new UnreadableFile(`it is ${kindOf(stats)}, not a file`);
}

/** What something in a folder is that is no regular file. */
export function kindOf(stats: Stats): string {
  if (stats.isDirectory()) return 'a folder';
  if (stats.isFIFO()) return 'a named pipe';
  if (stats.isSocket()) return 'a socket';
  return 'a device';
}

async function explained<Value>(action: () => Promise<Value>): Promise<Value> {
  try {
    return await action();
  } catch (error) {
    const code = codeOf(error);
    if (error instanceof UnreadableFile || code === undefined) throw error;
    const reason = code === 'ENOENT' ? 'there is no such file' : (reasons[code] ?? messageOf(error));
    throw new UnreadableFile(`${code}, ${reason}`, { code, cause: error });
  }
}
