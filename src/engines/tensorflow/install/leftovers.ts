// The folders that installations happen in, and the removal of those whose process died.
import { readdir, rm, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { isGone, thisOwner } from '../../../system/process-owner.ts';

const infix = '.partial-';

export function partialFolder(directory: string): string {
  return `${directory}${infix}${thisOwner()}`;
}

/** Removes what interrupted installations left in the folder of all installations. What cannot be removed waits for the next time. */
export async function removeLeftovers(folder: string): Promise<void> {
  for (const name of await readdir(folder)) {
    const owner = name.split(infix)[1];
    if (owner === undefined) continue;
    const path = join(folder, name);
    const changedMs = await stat(path).then(({ mtimeMs }) => mtimeMs, Date.now);
    if (!isGone(owner, (Date.now() - changedMs) / 3_600_000)) continue;
    await rm(path, { recursive: true, force: true, maxRetries: 5 }).catch(() => undefined);
  }
}
