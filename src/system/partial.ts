// Files and folders that are not whole yet, or no longer: named after the process that works on them, so that what a killed
// process left behind is recognised and removed.
import { randomBytes } from 'node:crypto';
import { lstatSync, readdirSync, rmSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { isGone, thisOwner } from './process-owner.ts';

/** How their names begin. */
export const partialPrefix = '.partial-';

/** A name beside `path` that nothing else uses: `.partial-OWNER.RANDOM`. */
export function partialPath(path: string): string {
  return join(dirname(path), `${partialPrefix}${thisOwner()}.${randomBytes(4).toString('hex')}`);
}

/** Removes what killed processes left unfinished in a folder. What cannot be removed waits for the next time. */
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
    const modifiedMs = owner && lstatSync(path, { throwIfNoEntry: false })?.mtimeMs; // it may be finished meanwhile
    if (!owner || !modifiedMs) return [];
    return isGone(owner, (Date.now() - modifiedMs) / 3_600_000) ? [path] : [];
  });
}

function namesIn(folder: string): string[] {
  try {
    return readdirSync(folder);
  } catch {
    return []; // whoever writes here will say so
  }
}
