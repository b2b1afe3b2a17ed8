// Files that are either whole or not there: written beside, synced, renamed. What the system refuses becomes one clear error.
import { existsSync } from 'node:fs';
import { access, constants, type FileHandle, mkdir, open, rename, rm } from 'node:fs/promises';
import { dirname } from 'node:path';
import { DcganError, messageOf } from '../errors.ts';
import { partialPath, removeAbandoned } from './partial.ts';
import { codeOf, reasons } from './reasons.ts';

/** What a file is made of; a list of chunks saves joining them in memory. */
type FileContent = string | Uint8Array | readonly Uint8Array[];

/**
 * Runs an action that writes to `path`.
 * @throws DcganError `usage.cannot-write` naming the path for what the system refuses; other errors pass unchanged.
 */
export async function writingTo<T>(path: string, action: () => Promise<T>): Promise<T> {
  try {
    return await action();
  } catch (error) {
    const code = codeOf(error);
    if (error instanceof DcganError || code === undefined) throw error;
    const happened = `${path} cannot be written: ${reasons[code] ?? messageOf(error)} (${code}).`;
    const fix = 'Free some space or change its permissions, or name another place.';
    throw new DcganError('usage.cannot-write', { happened, fix }, { cause: error, data: { path, reason: code } });
  }
}

/**
 * Whether a file can be put at `path`, before the work that makes it. What killed processes left beside it is removed.
 * @throws DcganError `usage.cannot-write`
 */
export async function checkWritable(path: string): Promise<void> {
  await writingTo(path, () => access(dirname(path), constants.W_OK));
  removeAbandoned(dirname(path));
}

/** Makes a folder and those above it. What killed processes left in it is removed. @throws DcganError `usage.cannot-write` */
export async function makeFolder(path: string): Promise<void> {
  await writingTo(path, () => mkdir(path, { recursive: true }).catch(() => makeFromTop(path)));
  removeAbandoned(path);
}

/** Where Node's recursive mkdir fails it may say ENOENT for any reason; the highest missing folder tells the true one. */
async function makeFromTop(path: string): Promise<void> {
  let top = path;
  while (dirname(top) !== top && !existsSync(dirname(top))) top = dirname(top);
  await mkdir(top);
  await mkdir(path, { recursive: true });
}

/** Writes a new file and waits until the disk has it: one part of a file or folder that is renamed later. */
export async function writeSynced(path: string, content: FileContent): Promise<void> {
  await writeNew(path, content, true);
}

async function writeNew(path: string, content: FileContent, durable: boolean): Promise<void> {
  const file = await open(path, 'w');
  try {
    const chunks = typeof content === 'string' || content instanceof Uint8Array ? [content] : content;
    for (const chunk of chunks) await file.writeFile(chunk);
    if (durable) await file.sync();
  } finally {
    await file.close();
  }
}

/** Waits until the disk has a file that was appended to; one that is not there needs no waiting. */
export async function syncFile(path: string): Promise<void> {
  const file = await open(path, 'r+').catch(() => undefined);
  await file?.sync().finally(() => file.close());
}

/** Waits until the disk has the names in a folder. Windows has no such call, and needs none. */
export async function syncFolder(path: string): Promise<void> {
  if (process.platform === 'win32') return;
  const folder = await open(path, 'r');
  await folder.sync().finally(() => folder.close());
}

/**
 * Replaces `path` at once: after a crash there is the old file or the new one, never half of it. `durable: false` does
 * not wait for the disk, for thousands of files that can be made again.
 * @throws DcganError `usage.cannot-write`; what was at `path` is still there then.
 */
export async function writeFileSafely(
  path: string,
  content: FileContent,
  { durable = true }: { durable?: boolean } = {},
): Promise<void> {
  await replaceSafely(path, durable, (partial) => writeNew(partial, content, durable));
}

/** The same for a file that is never in memory as a whole: `write` appends to it. */
export async function writeStreamSafely(path: string, write: (file: FileHandle) => Promise<void>): Promise<void> {
  await replaceSafely(path, true, async (partial) => {
    const file = await open(partial, 'w');
    try {
      await write(file);
      await file.sync();
    } finally {
      await file.close();
    }
  });
}

async function replaceSafely(path: string, durable: boolean, write: (partial: string) => Promise<void>): Promise<void> {
  const partial = partialPath(path);
  await writingTo(path, async () => {
    try {
      await write(partial);
      await rename(partial, path);
    } catch (error) {
      await rm(partial, { force: true }).catch(() => undefined);
      throw error;
    }
    if (durable) await syncFolder(dirname(path));
  });
}
