// npm packages that only some people need: taken from node_modules where they are, else from the user's cache, into which they are
// fetched on request. In the cache lies what this platform needs of them.
import { existsSync } from 'node:fs';
import { mkdir, rename, rm } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { messageOf } from '../errors.ts';
import { type FetchTarball, fetchNpmPackage, type NpmPackage } from './npm-package.ts';
import { partialPath, removeAbandoned } from './partial.ts';
import { cachePath } from './user-cache.ts';
import { writingTo } from './write-file.ts';

export interface OptionalPackage extends NpmPackage {
  /** The files that are needed. */
  files: RegExp;
  /** Its ES module among them. */
  entry: string;
  /** What it imports. */
  imports?: readonly (NpmPackage & { files: RegExp })[];
}

/** @throws Error with the reason why it cannot be loaded from node_modules, or what is wrong with the copy in the cache. */
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
 * Fetches a package into the cache, unless it is there.
 * @throws DcganError `engine.npm-missing`, `engine.download`, `engine.integrity`, `usage.cannot-write`
 */
export async function installOptional(
  wanted: OptionalPackage,
  onProgress: (message: string) => void,
  fetchTarball?: FetchTarball,
): Promise<{ directory: string; alreadyThere: boolean }> {
  const directory = folderOf(wanted);
  const alreadyThere = existsSync(directory);
  if (!alreadyThere) await writingTo(directory, () => fetchInto(directory, wanted, onProgress, fetchTarball));
  return { directory, alreadyThere };
}

/** In a folder beside, which gets its name when it is complete. */
async function fetchInto(
  directory: string,
  wanted: OptionalPackage,
  onProgress: (message: string) => void,
  fetchTarball: FetchTarball | undefined,
): Promise<void> {
  const partial = partialPath(directory);
  await mkdir(partial, { recursive: true });
  removeAbandoned(dirname(directory));
  try {
    for (const source of [wanted, ...(wanted.imports ?? [])]) {
      onProgress(`downloading ${source.name}@${source.version}`);
      const folder = join(partial, source.name.replaceAll('/', '-'));
      await mkdir(folder);
      const isWanted = (path: string) => source.files.test(path);
      const unpacked = await fetchNpmPackage(source, isWanted, { folder, kind: 'engine' }, fetchTarball);
      const place = join(partial, 'node_modules', source.name);
      await mkdir(dirname(place), { recursive: true });
      await rename(unpacked, place);
      await rm(folder, { recursive: true });
    }
    await rename(partial, directory).catch((error) => {
      if (!existsSync(directory)) throw error; // else another process was faster
    });
  } finally {
    await rm(partial, { recursive: true, force: true });
  }
}

function folderOf({ name, version }: Pick<NpmPackage, 'name' | 'version'>): string {
  return cachePath('packages', `${name.replaceAll('/', '-')}-${version}`);
}
