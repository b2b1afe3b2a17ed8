// The file of a lock: written whole beside its place, then linked to it, so that no other process sees it empty or takes the place too.
import { randomBytes } from 'node:crypto';
import { link, lstat, open, rename, rm } from 'node:fs/promises';
import { hostname } from 'node:os';
import { partialPath } from './partial.ts';
import { thisOwner } from './process-owner.ts';
import { writingTo } from './write-file.ts';

export const longestLeaseMs = 60 * 60_000;

/** What a lock says about its owner. */
interface LockContent {
  /** Random: it alone says whose the lock is. */
  token: string;
  /** As process-owner.ts writes it. */
  owner: string;
  /** For people. */
  host: string;
  /** After so long without a sign of life others may take the lock over. */
  leaseMs: number;
}

/** A lock as it was found. */
export interface FoundLock {
  /** Undefined where the file is empty or cut. */
  content: LockContent | undefined;
  /** By the file system's clock. */
  changedMs: number;
  /** Differs after every renewal and every change of owner. */
  version: string;
}

/** A lock written beside its place. */
export interface Ticket {
  content: LockContent;
  text: string;
  temporary: string;
  /** When it was written, by the file system's clock: the clocks of two machines differ. */
  writtenMs: number;
}

/** @throws DcganError `usage.cannot-write`; nothing is left at `path` then */
export async function writeTicket(path: string, leaseMs: number): Promise<Ticket> {
  const content = { token: randomBytes(16).toString('hex'), owner: thisOwner(), host: hostname(), leaseMs };
  const text = `${JSON.stringify(content)}\n`;
  const temporary = partialPath(path);
  const writtenMs = await writingTo(path, () => writeNew(temporary, text));
  return { content, text, temporary, writtenMs };
}

/** @returns when it was written, by the file system's clock */
async function writeNew(path: string, text: string): Promise<number> {
  const file = await open(path, 'wx');
  try {
    await file.writeFile(text);
    await file.sync(); // an NFS server has it before others see its name
    return (await file.stat()).mtimeMs;
  } catch (error) {
    await rm(path, { force: true }).catch(() => undefined);
    throw error;
  } finally {
    await file.close();
  }
}

const noLinks = ['EPERM', 'ENOSYS', 'ENOTSUP', 'EOPNOTSUPP', 'EMLINK'];

/** Puts the lock in its place. @returns false where there is one already */
export async function publish(ticket: Ticket, path: string): Promise<boolean> {
  return writingTo(path, async () => {
    try {
      await link(ticket.temporary, path);
      return true;
    } catch (error) {
      const { code = '' } = error as NodeJS.ErrnoException;
      if (noLinks.includes(code)) return publishWithoutLinks(ticket, path);
      if (code !== 'EEXIST') throw error;
      // NFS may repeat a request whose answer was lost, and then find its own link.
      return (await readLock(path))?.content?.token === ticket.content.token;
    }
  });
}

/** Others may see the file empty for a moment here: on FAT and some network file systems. */
async function publishWithoutLinks(ticket: Ticket, path: string): Promise<boolean> {
  try {
    await writeNew(path, ticket.text);
    return true;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'EEXIST') return false;
    throw error;
  }
}

/** Puts the lock in the place of another one; the place is never free in between. */
export async function replaceWith(ticket: Ticket, path: string): Promise<void> {
  await writingTo(path, () => rename(ticket.temporary, path));
}

/**
 * Writes the same text again: the file system's clock sets the file's time, not this machine's. Text is read and written
 * through one descriptor, so that another owner's file, put in its place meanwhile, is never written to.
 * @returns false where the lock is not this one any more
 */
export async function renewLock(path: string, { text }: Ticket): Promise<boolean> {
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

/** Undefined where there is no lock. Opens the file, which asks an NFS server anew. */
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

/** A symbolic link to nothing is no lock of ours, and in its place: earlier installers left such ones. */
async function readLink(path: string): Promise<FoundLock | undefined> {
  const link = await lstat(path).catch(() => undefined);
  if (!link?.isSymbolicLink()) return undefined;
  return { content: undefined, changedMs: link.mtimeMs, version: `${link.ino} ${link.mtimeMs}` };
}

function parse(text: string): LockContent | undefined {
  try {
    const { token, owner, host, leaseMs } = JSON.parse(text) as Record<string, unknown>;
    const whole = typeof token === 'string' && typeof owner === 'string' && typeof host === 'string';
    if (!whole || typeof leaseMs !== 'number' || leaseMs <= 0 || leaseMs > longestLeaseMs) return undefined;
    return { token, owner, host, leaseMs };
  } catch {
    return undefined;
  }
}
