// Where decoded images are kept between runs, and how an unchanged folder is recognised without reading its files.
import { createHash } from 'node:crypto';
import { mkdirSync, readFileSync, realpathSync, renameSync, writeFileSync } from 'node:fs';
import { DcganError, messageOf } from '../errors.ts';
import { cachePath } from '../system/cache.ts';
import { partialPath, removeAbandoned } from '../system/partial.ts';
import type { ImageSpec } from './decode.ts';
import type { ImageFile } from './files.ts';

/** Changes where the same file and spec give other pixels, or the packed file's layout changes. */
const formatVersion = 2;

/** Makes the cache's folders, and clears away packed files that killed processes left half written. */
export function openImageCache(): void {
  orCacheError(() => {
    mkdirSync(cachePath('images', 'listings'), { recursive: true });
    removeAbandoned(cachePath('images'));
    removeAbandoned(cachePath('images', 'listings'));
  });
}

/** Runs something that reads or writes the cache, and says so where it fails. */
export function orCacheError<Result>(action: () => Result): Result {
  try {
    return action();
  } catch (error) {
    throw new DcganError(
      'data.cache',
      {
        happened: `The decoded images cannot be kept in ${cachePath('images')}: ${messageOf(error)}.`,
        expected: 'A folder is expected that can be written, on a disk with room for every image as raw pixels.',
        fix: 'Make room, or set the environment variable DCGAN_CACHE to another folder.',
      },
      { cause: error },
    );
  }
}

/** What a packed file is named after while it is written, when its fingerprint is not yet known. */
export function newPackedPath(): string {
  return cachePath('images', 'new');
}

/** The packed file of these images under this spec. */
export function packedPath(fingerprint: string, spec: ImageSpec): string {
  const background = spec.channels === 4 ? 'kept' : spec.background;
  const key = [formatVersion, fingerprint, spec.height, spec.width, spec.channels, background, spec.fit].join('\n');
  return cachePath('images', `${createHash('sha256').update(key).digest('hex').slice(0, 32)}.images`);
}

/** The file that remembers a listing's fingerprint: its name covers the folder and every path, size and time of change. */
export function listingPath(directory: string, files: readonly ImageFile[]): string {
  const hash = createHash('sha256').update(realpathSync(directory));
  for (const file of files) hash.update(`\n${file.path}\0${file.sizeBytes}\0${file.modifiedMs}`);
  return cachePath('images', 'listings', hash.digest('hex').slice(0, 32));
}

/** The fingerprint that `rememberFingerprint` wrote, if it did. */
export function recallFingerprint(path: string): string | undefined {
  try {
    return /^[0-9a-f]{64}$/.exec(readFileSync(path, 'utf8'))?.[0];
  } catch {
    return undefined;
  }
}

/** Remembers that the files of this listing have this fingerprint. */
export function rememberFingerprint(path: string, fingerprint: string): void {
  const partial = partialPath(path);
  orCacheError(() => {
    writeFileSync(partial, fingerprint);
    renameSync(partial, path);
  });
}
