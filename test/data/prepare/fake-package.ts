// An npm package for tests: a tarball as `npm pack` downloads it, pinned by its hash.
import { createHash } from 'node:crypto';
import { copyFileSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { create } from 'tar';
import type { FetchTarball, NpmPackage } from '../../../src/system/npm-package.ts';
import { writeFiles } from '../temporary.ts';

interface FakePackage {
  source: NpmPackage;
  fetchTarball: FetchTarball;
  /** How often it was fetched. */
  fetched: () => number;
}

/** Packs `files` as `package/...` in `folder`, which is written to. */
export async function fakePackage(
  folder: string,
  name: string,
  files: Record<string, Uint8Array | string>,
): Promise<FakePackage> {
  const entries = Object.entries(files).map(([path, content]) => [`package/${path}`, content] as const);
  writeFiles(folder, Object.fromEntries(entries));
  const tarball = join(folder, `${name}.tgz`);
  await create({ file: tarball, cwd: folder, gzip: true }, ['package']);
  const hash = createHash('sha512').update(readFileSync(tarball)).digest('base64');
  let count = 0;
  return {
    source: { name, version: '1.0.0', integrity: `sha512-${hash}` },
    fetchTarball: async (_, destination) => {
      count++;
      copyFileSync(tarball, join(destination, 'fetched.tgz'));
      return join(destination, 'fetched.tgz');
    },
    fetched: () => count,
  };
}
