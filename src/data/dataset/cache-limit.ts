// Limits the size of the cache of decoded images by removing the least recently used files.
import { readdirSync, rmSync, statSync, utimesSync } from 'node:fs';
import { basename, join } from 'node:path';
import { DcganError } from '../../errors.ts';
import { isPacked } from './packed-file.ts';

const defaultGiB = 20;
const maxListings = 1000;
const listingBytes = 64;
const listingName = /^[0-9a-f]{32}$/;
const packedName = /^[0-9a-f]{32}\.images$/;

/** Limit for all packed files together: DCGAN_CACHE_GIB, or 20 GiB. */
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
    // another user's cache, or a read-only one: files are then evicted by age
  }
}

/**
 * Removes packed files beyond the size limit and listings beyond their number, least recently used first. `keep` is never
 * removed, and neither are files with other names or contents, whatever folder DCGAN_CACHE names. If another process is reading
 * a removed file, the system keeps it for that process, or refuses to remove it.
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
  for (const { path } of listings.slice(maxListings)) remove(path);
}

function newestFirst(folder: string): { path: string; sizeBytes: number; usedMs: number }[] {
  const found = readdirSync(folder).flatMap((name) => {
    const path = join(folder, name);
    const stats = statSync(path, { throwIfNoEntry: false }); // another process may evict as well
    return stats?.isFile() ? [{ path, sizeBytes: stats.size, usedMs: stats.mtimeMs }] : [];
  });
  return found.sort((a, b) => b.usedMs - a.usedMs);
}

/** Removes a file of the cache, if it exists. */
export function remove(path: string): void {
  try {
    rmSync(path, { force: true });
  } catch {
    // in use, on a system that does not remove open files: a later eviction does
  }
}
