// The file of a lock. It is written beside its path and then hard-linked there: only one process can create the link, and no
// other sees an empty file.
import { randomBytes } from 'node:crypto';
import { link, lstat, open, rename, rm } from 'node:fs/promises';
import { hostname } from 'node:os';
import { partialPath } from './partial.ts';
import { thisOwner } from './process-owner.ts';
import { writingTo } from './write-file.ts';

export const maxLeaseMs = 60 * 60_000;

interface LockContent {
  /** Random; identifies the owner. */
  token: string;
  /** `thisOwner()` of the owning process. */
  owner: string;
  /** For messages only. */
  host: string;
  /** Without a renewal for this long, others may take the lock over. */
  leaseMs: number;
}

/** A lock read from disk. */
export interface FoundLock {
  /** Undefined if the file is empty or truncated. */
  content: LockContent | undefined;
  /** By the file system's clock. */
  changedMs: number;
  /** Changes with every renewal and every new owner. */
  version: string;
}

/** A lock that this process has written beside its path. */
export interface OwnLock {
  content: LockContent;
  text: string;
  temporary: string;
  /** By the file system's clock, because those of two machines differ. */
  writtenMs: number;
}

/** @throws DcganError `usage.cannot-write`, leaving nothing at `path` */
export async function writeOwnLock(path: string, leaseMs: number): Promise<OwnLock> {
  const content = { token: randomBytes(16).toString('hex'), owner: thisOwner(), host: hostname(), leaseMs };
  const text = `${JSON.stringify(content)}\n`;
  const temporary = partialPath(path);
  const writtenMs = await writingTo(path, () => writeNew(temporary, text));
  return { content, text, temporary, writtenMs };
}

/** @returns the file's time in ms, by the file system's clock */
async function writeNew(path: string, text: string): Promise<number> {
  const file = await open(path, 'wx');
  try {
    await file.writeFile(text);
    await file.sync(); // an NFS server must have the content before others see the name
    return (await file.stat()).mtimeMs;
  } catch (error) {
    await rm(path, { force: true }).catch(() => undefined);
    throw error;
  } finally {
    await file.close();
  }
}

const noLinks = ['EPERM', 'ENOSYS', 'ENOTSUP', 'EOPNOTSUPP', 'EMLINK'];

/** Creates the lock at its path. @returns false if there is one already */
export async function publish(own: OwnLock, path: string): Promise<boolean> {
  return writingTo(path, async () => {
    try {
      await link(own.temporary, path);
      return true;
    } catch (error) {
      const { code = '' } = error as NodeJS.ErrnoException;
      if (noLinks.includes(code)) return publishWithoutLinks(own, path);
      if (code !== 'EEXIST') throw error;
      // NFS may repeat a request whose reply was lost, and then find its own link.
      return (await readLock(path))?.content?.token === own.content.token;
    }
  });
}

/** For FAT and some network file systems. Others may briefly see an empty file. */
async function publishWithoutLinks(own: OwnLock, path: string): Promise<boolean> {
  try {
    await writeNew(path, own.text);
    return true;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'EEXIST') return false;
    throw error;
  }
}

/** Replaces another lock atomically, so that no third process can create its own in between. */
export async function replaceLock(own: OwnLock, path: string): Promise<void> {
  await writingTo(path, () => rename(own.temporary, path));
}

/**
 * Rewrites the same text, so that the file system's clock sets the file's time. Reads and writes through one descriptor, so
 * that a file another owner has renamed there meanwhile is never written to.
 * @returns false if the lock is now another owner's
 */
export async function renewLock(path: string, { text }: OwnLock): Promise<boolean> {
  return writingTo(path, async () => {
    const file = await open(path, 'r+');
    try {
      if ((await file.readFile('utf8')) !== text) return false;
      await file.write(text, 0);
      await file.sync();
      return true;
    } finally {
      await file.close();
    }
  });
}

/** Undefined if there is no lock. Opening the file makes an NFS client ask the server again. */
export async function readLock(path: string): Promise<FoundLock | undefined> {
  return writingTo(path, async () => {
    try {
      const file = await open(path, 'r');
      try {
        const { ino, mtimeNs } = await file.stat({ bigint: true });
        const text = await file.readFile('utf8');
        return { content: parse(text), changedMs: Number(mtimeNs / 1_000_000n), version: `${ino} ${mtimeNs} ${text}` };
      } finally {
        await file.close();
      }
    } catch (error) {
      if (!['ENOENT', 'ESTALE'].includes((error as NodeJS.ErrnoException).code ?? '')) throw error;
      return readLink(path);
    }
  });
}

/** Earlier installers used a dangling symbolic link as their lock. */
async function readLink(path: string): Promise<FoundLock | undefined> {
  const link = await lstat(path).catch(() => undefined);
  if (!link?.isSymbolicLink()) return undefined;
  return { content: undefined, changedMs: link.mtimeMs, version: `${link.ino} ${link.mtimeMs}` };
}

function parse(text: string): LockContent | undefined {
  try {
    const { token, owner, host, leaseMs } = JSON.parse(text) as Record<string, unknown>;
    const isComplete = typeof token === 'string' && typeof owner === 'string' && typeof host === 'string';
    if (!isComplete || typeof leaseMs !== 'number' || leaseMs <= 0 || leaseMs > maxLeaseMs) return undefined;
    return { token, owner, host, leaseMs };
  } catch {
    return undefined;
  }
}
