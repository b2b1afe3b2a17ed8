// Downloads an npm package with the user's npm client, whose registry, proxy and cache settings apply, and unpacks selected
// files. No code of the package is run.
import { execFile } from 'node:child_process';
import { createHash } from 'node:crypto';
import { createReadStream, readdirSync } from 'node:fs';
import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import { pipeline } from 'node:stream/promises';
import { promisify } from 'node:util';
import { extract } from 'tar';
import { DcganError, messageOf } from '../errors.ts';

/** A package pinned by hash; `integrity` is `sha512-` and base64, as `npm view NAME@VERSION dist.integrity` prints it. */
export interface NpmPackage {
  name: string;
  version: string;
  integrity: string;
}

/** First part of the error codes: whether a data set or an engine cannot be downloaded. */
type FailureKind = 'data' | 'engine';

/** Saves the package's tarball in `folder` and returns its path. */
export type FetchTarball = (source: NpmPackage, folder: string, kind: FailureKind) => Promise<string>;

/**
 * Downloads a package into an empty folder and unpacks the wanted entries (paths without `package/`) there.
 * @param onDownloaded called before unpacking
 * @returns the folder of the unpacked package, in `folder`
 * @throws DcganError `KIND.npm-missing`, `KIND.download` or `KIND.integrity`
 */
export async function fetchNpmPackage(
  source: NpmPackage,
  wanted: (path: string) => boolean,
  { folder, kind, onDownloaded }: { folder: string; kind: FailureKind; onDownloaded?: () => void },
  fetchTarball: FetchTarball = npmPack,
): Promise<string> {
  const tarball = await fetchTarball(source, folder, kind);
  await checkIntegrity(source, tarball, kind);
  onDownloaded?.();
  await extract({ file: tarball, cwd: folder, filter: (path) => wanted(path.slice('package/'.length)) });
  await rm(tarball);
  return join(folder, 'package');
}

async function npmPack({ name, version }: NpmPackage, folder: string, kind: FailureKind): Promise<string> {
  try {
    // The folder is passed in the environment: on Windows npm is a script that needs a shell, and a path would need quoting.
    await promisify(execFile)('npm', ['pack', `${name}@${version}`, '--ignore-scripts', '--loglevel=error'], {
      env: { ...process.env, npm_config_pack_destination: folder, npm_config_dry_run: 'false' },
      shell: process.platform === 'win32',
    });
  } catch (error) {
    throw npmError(kind, `${name}@${version}`, error);
  }
  const tarball = readdirSync(folder).find((file) => file.endsWith('.tgz'));
  if (tarball === undefined) throw npmError(kind, `${name}@${version}`, new Error('npm pack wrote no file'));
  return join(folder, tarball);
}

function npmError(kind: FailureKind, spec: string, error: unknown): DcganError {
  if (error instanceof Error && 'code' in error && error.code === 'ENOENT') {
    return new DcganError(`${kind}.npm-missing`, {
      happened: `The package ${spec} cannot be fetched, because there is no npm on the PATH.`,
      fix: 'Install npm (part of Node.js) and run this again.',
    });
  }
  const output = error instanceof Error && 'stderr' in error ? String(error.stderr).trim() : '';
  const lines = (output || messageOf(error))
    .split('\n')
    .filter((line) => !/complete log|^npm (error|ERR!)\s*(at .*)?$/.test(line));
  return new DcganError(
    `${kind}.download`,
    {
      happened: `npm could not fetch ${spec}:\n${lines.slice(0, 6).join('\n')}`,
      fix: 'Check the network and the registry in your npm settings (npm ping), and run this again.',
    },
    { cause: error },
  );
}

async function checkIntegrity(
  { name, version, integrity }: NpmPackage,
  tarball: string,
  kind: FailureKind,
): Promise<void> {
  const hash = createHash('sha512');
  await pipeline(createReadStream(tarball), hash);
  const received = `sha512-${hash.digest('base64')}`;
  if (received === integrity) return;
  throw new DcganError(
    `${kind}.integrity`,
    {
      happened: `The package ${name}@${version} has an unexpected hash: ${received}.`,
      expected: `Expected ${integrity}.`,
      fix: 'Clear a damaged download with: npm cache verify. If the error persists, your registry serves a different file; do not use it.',
    },
    { data: { received, integrity } },
  );
}
