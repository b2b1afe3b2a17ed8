// Optional npm packages: imported from node_modules, or from the user's cache, into which the files that this platform needs
// are downloaded on request.
import { existsSync } from 'node:fs';
import { mkdir, rename, rm } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { messageOf } from '../errors.ts';
import { type FetchTarball, fetchNpmPackage, type NpmPackage } from './npm-package.ts';
import { removeAbandoned, withPartial } from './partial.ts';
import { cachePath } from './user-cache.ts';
import { writingTo } from './write-file.ts';

export interface OptionalPackage extends NpmPackage {
  /** Matches the paths to unpack. */
  files: RegExp;
  /** Path of its ES module. */
  entry: string;
  /** Packages that it imports. */
  imports?: readonly (NpmPackage & { files: RegExp })[];
}

/** @throws Error saying why it cannot be loaded from node_modules, or what is wrong with the copy in the cache */
export async function importOptional({ name, version, entry }: OptionalPackage): Promise<unknown> {
  const fetched = join(folderOf({ name, version }), 'node_modules', name, entry);
  return import(name).catch((error) => {
    if (!existsSync(fetched)) throw new Error(whyNotLoaded(name, error), { cause: error });
    return import(pathToFileURL(fetched).href);
  });
}

function whyNotLoaded(name: string, error: unknown): string {
  const [reason = ''] = messageOf(error).split('\n');
  return reason.startsWith(`Cannot find package '${name}'`) ? `${name} is not installed` : reason;
}

/**
 * Downloads a package into the cache, unless it is there.
 * @throws DcganError `engine.npm-missing`, `engine.download`, `engine.integrity`, `usage.cannot-write`
 */
export async function installOptional(
  wanted: OptionalPackage,
  onProgress: (message: string) => void,
  fetchTarball?: FetchTarball,
): Promise<{ directory: string; alreadyThere: boolean }> {
  const directory = folderOf(wanted);
  const alreadyThere = existsSync(directory);
  if (!alreadyThere) {
    await writingTo(directory, () =>
      withPartial(directory, async (partial) => {
        await download(partial, wanted, onProgress, fetchTarball);
        await rename(partial, directory).catch((error) => {
          if (!existsSync(directory)) throw error; // otherwise another process was faster
        });
      }),
    );
  }
  return { directory, alreadyThere };
}

async function download(
  folder: string,
  wanted: OptionalPackage,
  onProgress: (message: string) => void,
  fetchTarball: FetchTarball | undefined,
): Promise<void> {
  await mkdir(folder, { recursive: true });
  removeAbandoned(dirname(folder));
  for (const source of [wanted, ...(wanted.imports ?? [])]) {
    onProgress(`downloading ${source.name}@${source.version}`);
    const temporary = join(folder, source.name.replaceAll('/', '-'));
    await mkdir(temporary);
    const isWanted = (path: string) => source.files.test(path);
    const unpacked = await fetchNpmPackage(source, isWanted, { folder: temporary, kind: 'engine' }, fetchTarball);
    const target = join(folder, 'node_modules', source.name);
    await mkdir(dirname(target), { recursive: true });
    await rename(unpacked, target);
    await rm(temporary, { recursive: true });
  }
}

function folderOf({ name, version }: Pick<NpmPackage, 'name' | 'version'>): string {
  return cachePath('packages', `${name.replaceAll('/', '-')}-${version}`);
}
