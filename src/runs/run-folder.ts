// The two folders of a run, results and checkpoints, and their JSON files.
import { access, constants, readdir, rename, rm, rmdir } from 'node:fs/promises';
import { join } from 'node:path';
import { makeFolder, writeFileAtomic, writingTo } from '../system/write-file.ts';
import { hasCheckpoint } from './checkpoint.ts';

/**
 * Makes `<root>/results/<hash>/samples` and `<root>/checkpoints/<hash>`, and keeps existing files.
 * @throws DcganError `usage.cannot-write` if one of them cannot be made or written to
 */
export async function createRunFolder(root: string, hash: string): Promise<{ results: string; checkpoints: string }> {
  const results = join(root, 'results', hash);
  const checkpoints = join(root, 'checkpoints', hash);
  const folders = [results, join(results, 'samples'), checkpoints];
  try {
    for (const folder of folders) {
      await makeFolder(folder);
      await writingTo(folder, () => access(folder, constants.W_OK));
    }
  } catch (error) {
    await removeEmpty([...folders.reverse(), join(root, 'results'), join(root, 'checkpoints')]);
    throw error;
  }
  return { results, checkpoints };
}

async function removeEmpty(folders: readonly string[]): Promise<void> {
  for (const folder of folders) await rmdir(folder).catch(() => undefined); // not empty, or not there
}

export interface MovedFolder {
  from: string;
  to: string;
}

const asidePrefix = '.replaced-';

/**
 * Moves a run's folders to `.replaced-<hash>` beside them, where no command lists them, and removes what was set aside before.
 * The folders of a run without a checkpoint are removed instead. @throws DcganError `usage.cannot-write`
 */
export async function setAside(root: string, hash: string): Promise<MovedFolder[]> {
  const parents = ['checkpoints', 'results'].map((name) => join(root, name));
  const worthKeeping = await hasCheckpoint(join(root, 'checkpoints', hash));
  const moved: MovedFolder[] = [];
  for (const parent of parents) {
    const from = join(parent, hash);
    await writingTo(from, async () => {
      const names = await readdir(parent).catch((): string[] => []);
      if (!names.includes(hash)) return;
      if (!worthKeeping) return rm(from, { recursive: true });
      for (const name of names.filter((name) => name.startsWith(asidePrefix)))
        await rm(join(parent, name), { recursive: true });
      const to = join(parent, `${asidePrefix}${hash}`);
      await rename(from, to);
      moved.push({ from, to });
    });
  }
  return moved;
}

/** Writes a value as indented JSON. @throws DcganError `usage.cannot-write` */
export async function writeJson(path: string, value: unknown): Promise<void> {
  await writeFileAtomic(path, `${JSON.stringify(value, null, 2)}\n`);
}
