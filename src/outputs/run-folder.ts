// The two folders of a run, and the small JSON files in them.
import { access, constants } from 'node:fs/promises';
import { join } from 'node:path';
import { makeFolder, writeFileSafely, writingTo } from './write-file.ts';

/**
 * Makes `<root>/results/<hash>/samples` and `<root>/checkpoints/<hash>`; what is in them already stays.
 * @throws DcganError `usage.cannot-write` if one of them cannot be made or written to
 */
export async function createRunFolder(root: string, hash: string): Promise<{ results: string; checkpoints: string }> {
  const results = join(root, 'results', hash);
  const checkpoints = join(root, 'checkpoints', hash);
  for (const folder of [results, join(results, 'samples'), checkpoints]) {
    await makeFolder(folder);
    await writingTo(folder, () => access(folder, constants.W_OK));
  }
  return { results, checkpoints };
}

/** Writes a value as JSON that a person can read. @throws DcganError `usage.cannot-write` */
export async function writeJson(path: string, value: unknown): Promise<void> {
  await writeFileSafely(path, `${JSON.stringify(value, null, 2)}\n`);
}
