// What stands in an installation's manifest, the file written last: what it was made of, and every file with its size and checksum.
import { createHash } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { lstat, readdir, readlink } from 'node:fs/promises';
import { join } from 'node:path';
import { pipeline } from 'node:stream/promises';
import type { Variant } from './location.ts';

export interface Manifest extends Contents {
  tensorflow: string;
  variant: Variant;
  /** File names, which hold versions. */
  wheels: string[];
  compiler: string;
  node: string;
}

export interface Contents {
  /** By path in the installation, with slashes. */
  files: Record<string, { bytes: number; sha256: string }>;
  /** Symbolic links and where they point, relative to their own folder. */
  links: Record<string, string>;
}

/** Lists a folder. Reads every byte of it. */
export async function listContents(folder: string): Promise<Contents> {
  const contents: Contents = { files: {}, links: {} };
  for (const path of (await readdir(folder, { recursive: true })).sort()) {
    const [absolute, name] = [join(folder, path), path.replaceAll('\\', '/')];
    const entry = await lstat(absolute);
    if (entry.isSymbolicLink()) contents.links[name] = await readlink(absolute);
    else if (entry.isFile()) contents.files[name] = { bytes: entry.size, sha256: await sha256Of(absolute) };
  }
  return contents;
}

export async function sha256Of(path: string): Promise<string> {
  const hash = createHash('sha256');
  await pipeline(createReadStream(path, { highWaterMark: 2 ** 20 }), hash);
  return hash.digest('hex');
}
