// One installer at a time. The lock is a symbolic link whose target names its owner: made at once or not at all.
import { lstat, mkdir, readlink, rm, symlink } from 'node:fs/promises';
import { dirname } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { isGone, thisOwner } from '../../../system/process-owner.ts';

/**
 * Waits for the lock; one whose owner died is taken over.
 * Two takers-over at the very same moment may both believe they have it: what they do must end in one atomic step.
 * @param onWait called once if somebody else has it
 * @returns what gives it back
 */
export async function takeLock(path: string, onWait: (owner: string) => void): Promise<() => Promise<void>> {
  await mkdir(dirname(path), { recursive: true });
  for (let waiting = false; ; ) {
    try {
      await symlink(thisOwner(), path);
      return () => rm(path, { force: true });
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error;
    }
    const holder = await holderOf(path);
    if (!holder) continue;
    if (isGone(holder.owner, holder.ageHours)) await rm(path, { force: true });
    else {
      if (!waiting) onWait(holder.owner);
      waiting = true;
      await sleep(500);
    }
  }
}

async function holderOf(path: string): Promise<{ owner: string; ageHours: number } | undefined> {
  try {
    const owner = await readlink(path);
    const { mtimeMs } = await lstat(path);
    return { owner, ageHours: (Date.now() - mtimeMs) / 3_600_000 };
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined; // given back meanwhile
    throw error;
  }
}
