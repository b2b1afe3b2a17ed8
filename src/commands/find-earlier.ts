// An earlier run of the same config by its name: whoever changes one key and starts again wants to know that it is another run.
import { readdir, readFile, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { type Difference, differencesOf, type RunIdentity } from '../config/run-hash.ts';
import { hasCheckpoint } from '../outputs/checkpoint.ts';

export interface EarlierOfName {
  runHash: string;
  differences: Difference[];
}

/** The newest run of another hash in results/ whose config has this name and which has a checkpoint, and what differs. */
export async function findEarlier(
  root: string,
  name: string,
  hash: string,
  now: RunIdentity,
): Promise<EarlierOfName | undefined> {
  const folders = (await readdir(join(root, 'results')).catch(() => [])).filter((folder) =>
    /^[0-9a-f]{7}$/.test(folder),
  );
  const others = await Promise.all(
    folders.filter((folder) => folder !== hash).map((folder) => readEarlier(root, folder, name)),
  );
  const [newest] = others.filter((other) => other !== undefined).sort((a, b) => b.writtenMs - a.writtenMs);
  return newest && { runHash: newest.runHash, differences: differencesOf(newest.run, now) };
}

/** config.json may be of an older version, or edited: what does not fit is no earlier run. */
async function readEarlier(root: string, folder: string, name: string) {
  try {
    const path = join(root, 'results', folder, 'config.json');
    const run = JSON.parse(await readFile(path, 'utf8')) as RunIdentity & { name: string };
    const { seed, data, generator, discriminator, training } = run;
    const sections: unknown[] = [data, generator, discriminator, training];
    if (run.name !== name || seed === undefined || sections.some((section) => typeof section !== 'object')) return;
    if (!(await hasCheckpoint(join(root, 'checkpoints', folder)))) return;
    return { runHash: folder, run, writtenMs: (await stat(path)).mtimeMs };
  } catch {
    return undefined;
  }
}
