// Files and folders in the making: written beside their destination under a name that holds their process, then renamed.
// A destination is therefore complete or absent, and what a killed process leaves behind is recognised and removed.
import { randomBytes } from 'node:crypto';
import { lstatSync, readdirSync, rmSync } from 'node:fs';
import { rename, rm } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { codeOf } from './error-reasons.ts';
import { isGone, thisOwner } from './process-owner.ts';

export const partialPrefix = '.partial-';

/** An unused path beside `path`: `.partial-OWNER.RANDOM`. */
export function partialPath(path: string): string {
  return join(dirname(path), `${partialPrefix}${thisOwner()}.${randomBytes(4).toString('hex')}`);
}

/** Calls `use` with a partial path, and removes what is still there afterwards. */
export async function withPartial<Result>(path: string, use: (partial: string) => Promise<Result>): Promise<Result> {
  const partial = partialPath(path);
  try {
    return await use(partial);
  } finally {
    await rm(partial, { recursive: true, force: true }).catch(() => undefined);
  }
}

/** Moves a folder to `path`. The rename cannot replace a folder that has files, so an old one is moved aside first. */
export async function replaceFolder(path: string, replacement: string): Promise<void> {
  const old = partialPath(path);
  const isReplaced = await rename(path, old).then(
    () => true,
    (error: unknown) => {
      if (codeOf(error) === 'ENOENT') return false;
      throw error;
    },
  );
  try {
    await rename(replacement, path);
  } catch (error) {
    if (isReplaced) await rename(old, path);
    throw error;
  }
  await rm(old, { recursive: true, force: true });
}

/** Removes a folder in one rename: after a crash it is complete or absent. */
export async function removeFolder(path: string): Promise<void> {
  await withPartial(path, (partial) => rename(path, partial));
}

/** Removes what killed processes left unfinished in a folder. */
export function removeAbandoned(folder: string): void {
  for (const path of abandonedIn(folder)) {
    try {
      rmSync(path, { recursive: true, force: true, maxRetries: 5 });
    } catch {
      // another user's
    }
  }
}

/** Paths of what killed processes left unfinished in a folder. */
export function abandonedIn(folder: string): string[] {
  return namesIn(folder).flatMap((name) => {
    const owner = /^\.partial-(\d+-\d+-.*)\.[0-9a-f]{8}$/.exec(name)?.[1];
    const path = join(folder, name);
    const modifiedMs = owner && lstatSync(path, { throwIfNoEntry: false })?.mtimeMs; // may have been renamed since
    if (!owner || !modifiedMs) return [];
    return isGone(owner, (Date.now() - modifiedMs) / 3_600_000) ? [path] : [];
  });
}

function namesIn(folder: string): string[] {
  try {
    return readdirSync(folder);
  } catch {
    return []; // the write that follows reports the error
  }
}
