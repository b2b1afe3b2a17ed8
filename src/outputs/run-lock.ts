// One process per run: a file that names its owner. What a crash leaves of it is recognised and taken over.
import { readFile, rm, rmdir, stat, utimes, writeFile } from 'node:fs/promises';
import { dirname } from 'node:path';
import { DcganError } from '../errors.ts';
import { isGone, thisOwner } from '../system/process-owner.ts';
import { makeFolder, writeFileSafely, writingTo } from '../system/write-file.ts';

export interface RunLock {
  /** Says that the owner is at work; processes on other machines have only the file's age to tell. */
  renew(): Promise<void>;
  /** Gives the run back. Where that cannot be written, the lock stays and is known as left behind when this process is gone. */
  release(): Promise<void>;
}

interface Holder {
  owner: string;
  ageHours: number;
}

const tries = 3;

/**
 * Takes a run for this process.
 * @throws DcganError `usage.run-in-use` while another process has it, `usage.cannot-write`
 */
export async function lockRun(path: string): Promise<RunLock> {
  await makeFolder(dirname(path));
  await take(path);
  return {
    renew: () => utimes(path, new Date(), new Date()).catch(() => undefined),
    release: async () => {
      await release(path);
      await rmdir(dirname(path)).catch(() => undefined); // made for the lock alone, where the run failed before its first checkpoint
    },
  };
}

async function take(path: string): Promise<void> {
  for (let attempt = 0; attempt < tries; attempt++) {
    if (await create(path)) return;
    const holder = await holderOf(path);
    if (!holder) continue; // given back meanwhile
    if (!hasLeft(holder)) throw inUse(path, holder);
    if (await takeOver(path)) return;
  }
  throw inUse(path, await holderOf(path));
}

/**
 * Only who holds the right to it, a lock of its own, replaces a file left behind, and looks again before: another may have been
 * quicker. The path is never free in between, where a third could make its own.
 */
async function takeOver(path: string): Promise<boolean> {
  const right = `${path}.takeover`;
  await take(right);
  try {
    const holder = await holderOf(path);
    if (!holder || !hasLeft(holder)) return false;
    await writeFileSafely(path, thisOwner());
    return true;
  } finally {
    await release(right);
  }
}

async function release(path: string): Promise<void> {
  if ((await holderOf(path))?.owner === thisOwner()) await rm(path, { force: true }).catch(() => undefined);
}

async function create(path: string): Promise<boolean> {
  return writingTo(path, async () => {
    try {
      await writeFile(path, thisOwner(), { flag: 'wx' });
      return true;
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code === 'EEXIST') return false;
      throw error;
    }
  });
}

async function holderOf(path: string): Promise<Holder | undefined> {
  try {
    const { mtimeMs } = await stat(path);
    return { owner: await readFile(path, 'utf8'), ageHours: (Date.now() - mtimeMs) / 3_600_000 };
  } catch {
    return undefined;
  }
}

const emptyForHours = 1 / 60; // a file is empty for the moment between its making and its writing, or after a crash in it

function hasLeft({ owner, ageHours }: Holder): boolean {
  return owner === '' ? Math.abs(ageHours) > emptyForHours : isGone(owner, ageHours);
}

function inUse(path: string, holder: Holder | undefined): DcganError {
  const [, pid, host] = /^(\d+)-\d+-(.*)$/.exec(holder?.owner ?? '') ?? [];
  const who = pid ? `Process ${pid} on ${host}` : 'Another process';
  return new DcganError(
    'usage.run-in-use',
    {
      happened: `${who} is training this run.`,
      expected: 'A run is trained by one process at a time.',
      fix: `Wait for it, stop it, or change the config. If it is surely gone, remove ${path}.`,
    },
    { data: { path, owner: holder?.owner } },
  );
}
