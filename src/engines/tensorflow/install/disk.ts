// How much is on the disk, and how much still fits.
import { lstat, readdir, statfs } from 'node:fs/promises';
import { join } from 'node:path';
import { installFailure, moreSpace } from './failure.ts';
import type { Variant } from './location.ts';

/** The size of all files in a folder that other programs may be changing; links count nothing. */
export async function folderBytes(folder: string): Promise<number> {
  const names = await readdir(folder, { recursive: true }).catch(() => []);
  const sizes = names.map(async (name) => {
    const entry = await lstat(join(folder, name)).catch(() => undefined);
    return entry?.isFile() ? entry.size : 0;
  });
  return (await Promise.all(sizes)).reduce((sum, size) => sum + size, 0);
}

/** What an installation and the wheel being unpacked take together. */
const neededMiB: Readonly<Record<Variant, number>> = { cpu: 1300, cuda: 6500 };

/** @throws DcganError `engine.disk-full` before anything is downloaded for nothing */
export async function requireSpace(folder: string, variant: Variant): Promise<void> {
  const { bavail, bsize } = await statfs(folder);
  const freeMiB = Math.floor((bavail * bsize) / 1024 ** 2);
  if (freeMiB >= neededMiB[variant]) return;
  throw installFailure(
    'engine.disk-full',
    `TensorFlow (${variant}) needs ${neededMiB[variant]} MiB while it is installed; ${folder} has ${freeMiB} MiB free.`,
    moreSpace,
    { data: { folder, freeMiB, neededMiB: neededMiB[variant] } },
  );
}
