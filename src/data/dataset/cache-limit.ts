// Keeps the cache of decoded images from growing without bound: what has not been used for longest goes first.
import { readdirSync, rmSync, statSync, utimesSync } from 'node:fs';
import { basename, join } from 'node:path';
import { DcganError } from '../../errors.ts';
import { isPacked } from './packed-file.ts';

const defaultGiB = 20;
const mostListings = 1000;
const listingBytes = 64;
const listingName = /^[0-9a-f]{32}$/;
const packedName = /^[0-9a-f]{32}\.images$/;

/** Bytes that packed files may take together: DCGAN_CACHE_GIB, or 20 GiB. */
export function cacheLimitBytes(): number {
  const text = process.env['DCGAN_CACHE_GIB'];
  const gibibytes = text === undefined ? defaultGiB : Number(text);
  if (gibibytes >= 0 && text?.trim() !== '') return gibibytes * 2 ** 30;
  throw new DcganError('data.cache-limit', {
    happened: `DCGAN_CACHE_GIB is "${text}".`,
    expected: 'Expected a number of GiB, for example 20.',
  });
}

/** Marks a file of the cache as used now. */
export function touch(path: string): void {
  const now = new Date();
  try {
    utimesSync(path, now, now);
  } catch {
    // another user's cache, or a read-only one: it stays in the order in which it was written
  }
}

/**
 * Removes packed files beyond the limit and listings beyond their number, least recently used first. `keep` stays, however large.
 * Files with other names or contents are someone else's and stay, whatever folder DCGAN_CACHE names. Where another process reads a file that goes, the system keeps it for that process, or refuses to remove it.
 */
export function evict(folder: string, limitBytes: number, keep: string): void {
  const packed = newestFirst(folder).filter(({ path }) => packedName.test(basename(path)) && path !== keep);
  let roomBytes = limitBytes - statSync(keep).size;
  for (const { path, sizeBytes } of packed) {
    roomBytes -= sizeBytes;
    if (roomBytes < 0 && isPacked(path)) remove(path);
  }
  const listings = newestFirst(join(folder, 'listings')).filter(
    ({ path, sizeBytes }) => listingName.test(basename(path)) && sizeBytes === listingBytes,
  );
  for (const { path } of listings.slice(mostListings)) remove(path);
}

function newestFirst(folder: string): { path: string; sizeBytes: number; usedMs: number }[] {
  const found = readdirSync(folder).flatMap((name) => {
    const path = join(folder, name);
    const stats = statSync(path, { throwIfNoEntry: false }); // another process may evict as well
    return stats?.isFile() ? [{ path, sizeBytes: stats.size, usedMs: stats.mtimeMs }] : [];
  });
  return found.sort((a, b) => b.usedMs - a.usedMs);
}

/** Removes a file of the cache, if it is there. */
export function remove(path: string): void {
  try {
    rmSync(path, { force: true });
  } catch {
    // in use on a system that does not remove such files: the next time
  }
}
