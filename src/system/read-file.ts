// Reads untrusted files: only regular ones, because a pipe would block and a device never end, and only up to a given size.
import { closeSync, constants, fstatSync, openSync, readSync, type Stats } from 'node:fs';
import { type FileHandle, open, stat } from 'node:fs/promises';
import { messageOf } from '../errors.ts';
import { codeOf, reasons } from './error-reasons.ts';

const readFlags = constants.O_RDONLY | (constants.O_NONBLOCK ?? 0); // Windows has no such flag, and no such pipes

/** Its message completes "FILE cannot be read: ...". */
export class UnreadableFile extends Error {
  /** The system's code, such as EACCES; undefined if this program refused the file. */
  readonly code: string | undefined;

  constructor(reason: string, options: { code?: string | undefined; cause?: unknown } = {}) {
    super(reason, { cause: options.cause });
    this.code = options.code;
  }
}

/** Opens a regular file. @throws UnreadableFile */
export async function openRegular(path: string | Buffer): Promise<FileHandle> {
  return explained(async () => {
    checkRegular(await stat(path)); // first, because opening a device may have side effects
    const file = await open(path, readFlags);
    try {
      checkRegular(await file.stat());
      return file;
    } catch (error) {
      await file.close();
      throw error;
    }
  });
}

/** Reads a regular file of at most `maxBytes`. @throws UnreadableFile */
export async function readRegular(path: string | Buffer, maxBytes: number): Promise<Uint8Array> {
  const file = await openRegular(path);
  try {
    const { size } = await file.stat();
    if (size > maxBytes) throw new UnreadableFile(`it has ${size} bytes, more than the ${maxBytes} that are read`);
    return await readBytes(file, 0, size);
  } finally {
    await file.close();
  }
}

/** Reads a regular UTF-8 file of at most `maxBytes`. @throws UnreadableFile */
export async function readRegularText(path: string | Buffer, maxBytes: number): Promise<string> {
  return new TextDecoder().decode(await readRegular(path, maxBytes));
}

const maxPerCall = 2 ** 30; // the system reads less than 2 GiB at a time

/** Reads all `length` bytes from `begin`. Checks the file's size before allocating. @throws UnreadableFile */
export async function readBytes(file: FileHandle, begin: number, length: number): Promise<Uint8Array> {
  return explained(async () => {
    const { size } = await file.stat();
    if (begin + length > size) {
      throw new UnreadableFile(`it has ${size} bytes, where ${begin + length} are claimed`);
    }
    const bytes = new Uint8Array(length);
    let done = 0;
    while (done < length) {
      const { bytesRead } = await file.read(bytes, done, Math.min(length - done, maxPerCall), begin + done);
      if (bytesRead === 0) throw new UnreadableFile(`it ends after ${begin + done} bytes`);
      done += bytesRead;
    }
    return bytes;
  });
}

/** Opens a regular file without promises, which take ten times as long. Closes it when `use` returns. */
export function withRegularFileSync<Result>(
  path: string | Buffer,
  use: (descriptor: number, sizeBytes: number) => Result,
): Result {
  const descriptor = openSync(path, readFlags);
  try {
    const stats = fstatSync(descriptor);
    checkRegular(stats);
    return use(descriptor, stats.size);
  } finally {
    closeSync(descriptor);
  }
}

/** Reads up to `length` bytes from `position` into `target`; fewer if the file ends. @returns the part that was read */
export function readAtSync(descriptor: number, target: Buffer, length: number, position: number): Buffer {
  let done = 0;
  for (let read = -1; read !== 0 && done < length; done += read) {
    read = readSync(descriptor, target, done, length - done, position + done);
  }
  return target.subarray(0, done);
}

/** @throws UnreadableFile naming the kind of entry */
function checkRegular(stats: Stats): void {
  if (!stats.isFile()) throw new UnreadableFile(`it is ${kindOf(stats)}, not a file`);
}

/** Names the kind of an entry that is not a regular file. */
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
