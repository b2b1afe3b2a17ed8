// Writes files atomically (a partial file, synced, then renamed), and turns the system's write errors into DcganErrors.
import { existsSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { access, constants, type FileHandle, mkdir, open, rename } from 'node:fs/promises';
import { dirname } from 'node:path';
import { DcganError, messageOf } from '../errors.ts';
import { codeOf, reasons } from './error-reasons.ts';
import { partialPath, removeAbandoned, withPartial } from './partial.ts';

/** A list of chunks saves joining them in memory. */
type FileContent = string | Uint8Array | readonly Uint8Array[];

/**
 * Runs an action that writes to `path`.
 * @throws DcganError `usage.cannot-write` naming the path, for errors of the system; other errors pass unchanged
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
 * Checks that a file can be written at `path`, before the work that makes it. Removes what killed processes left beside it.
 * @throws DcganError `usage.cannot-write`
 */
export async function checkWritable(path: string): Promise<void> {
  await writingTo(path, () => access(dirname(path), constants.W_OK));
  removeAbandoned(dirname(path));
}

/** Makes a folder and its parents. Removes what killed processes left in it. @throws DcganError `usage.cannot-write` */
export async function makeFolder(path: string): Promise<void> {
  await writingTo(path, () => mkdir(path, { recursive: true }).catch(() => makeFromTop(path)));
  removeAbandoned(path);
}

/** Node's recursive mkdir may report any failure as ENOENT; making the highest missing folder alone gives the true code. */
async function makeFromTop(path: string): Promise<void> {
  let top = path;
  while (dirname(top) !== top && !existsSync(dirname(top))) top = dirname(top);
  await mkdir(top);
  await mkdir(path, { recursive: true });
}

/** Writes one file of a partial folder and syncs it to disk. */
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

/** Syncs an appended file to disk, if it exists. */
export async function syncFile(path: string): Promise<void> {
  const file = await open(path, 'r+').catch(() => undefined);
  await file?.sync().finally(() => file.close());
}

/** Syncs the names in a folder to disk. Windows has no such call, and needs none. */
export async function syncFolder(path: string): Promise<void> {
  if (process.platform === 'win32') return;
  const folder = await open(path, 'r');
  await folder.sync().finally(() => folder.close());
}

/**
 * Replaces a file atomically: after a crash `path` has the old content or the new. `durable: false` skips syncing, for
 * thousands of files that can be made again.
 * @throws DcganError `usage.cannot-write`, with the old file still in place
 */
export async function writeFileAtomic(
  path: string,
  content: FileContent,
  { durable = true }: { durable?: boolean } = {},
): Promise<void> {
  await replaceFile(path, durable, (partial) => writeNew(partial, content, durable));
}

/** The same for a file that is never in memory as a whole: `write` appends to it. */
export async function writeStreamAtomic(path: string, write: (file: FileHandle) => Promise<void>): Promise<void> {
  await replaceFile(path, true, async (partial) => {
    const file = await open(partial, 'w');
    try {
      await write(file);
      await file.sync();
    } finally {
      await file.close();
    }
  });
}

async function replaceFile(path: string, durable: boolean, write: (partial: string) => Promise<void>): Promise<void> {
  await writingTo(path, async () => {
    await withPartial(path, async (partial) => {
      await write(partial);
      await rename(partial, path);
    });
    if (durable) await syncFolder(dirname(path));
  });
}

/** The same without waiting or syncing, for small cache files. Throws the system's error. */
export function writeFileAtomicSync(path: string, content: string): void {
  const partial = partialPath(path);
  try {
    writeFileSync(partial, content);
    renameSync(partial, path);
  } finally {
    rmSync(partial, { force: true });
  }
}
