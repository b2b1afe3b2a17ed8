// The two folders of a run, and the small JSON files in them.
import { access, constants, rmdir } from 'node:fs/promises';
import { join } from 'node:path';
import { makeFolder, writeFileSafely, writingTo } from '../system/write-file.ts';

/**
 * Makes `<root>/results/<hash>/samples` and `<root>/checkpoints/<hash>`; what is in them already stays.
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

/** Where one folder cannot be made, the empty ones are not left behind. */
async function removeEmpty(folders: readonly string[]): Promise<void> {
  for (const folder of folders) await rmdir(folder).catch(() => undefined); // not empty, or not there
}

/** Writes a value as JSON that a person can read. @throws DcganError `usage.cannot-write` */
export async function writeJson(path: string, value: unknown): Promise<void> {
  await writeFileSafely(path, `${JSON.stringify(value, null, 2)}\n`);
}
