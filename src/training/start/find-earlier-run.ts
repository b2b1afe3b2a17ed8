// Finds an earlier run of the same name, to tell the user that a changed key has started a new run.
import { readdir, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { type Difference, differencesOf, isRunName, type RunIdentity } from '../../config/identity/run-hash.ts';
import { forkFlags } from './fork-advice.ts';
import type { RunParts } from './run-parts.ts';
import { storedRuns } from './stored-run.ts';
import { loadLatest } from './training-checkpoint.ts';

export interface RunOfSameName {
  runHash: string;
  differences: Difference[];
  /** Flags that would start from its weights; absent if they do not fit. */
  fork?: string;
}

/** The newest other run whose config has this name and that has an intact checkpoint, with the differences. */
export async function findEarlierRun(
  root: string,
  hash: string,
  now: RunIdentity,
  parts: RunParts,
): Promise<RunOfSameName | undefined> {
  const names = (await readdir(join(root, 'results')).catch(() => [])).filter(isRunName);
  const found = await Promise.all(
    names.filter((name) => name !== hash).map((name) => readEarlier(root, name, parts.config.name)),
  );
  const [newest] = found.filter((other) => other !== undefined).sort((a, b) => b.writtenMs - a.writtenMs);
  const saved = newest && (await loadLatest(join(root, 'checkpoints', newest.name)).catch(() => undefined));
  if (!newest || !saved) return undefined;
  const fork = forkFlags(newest.name, saved, parts);
  return { runHash: newest.name, differences: differencesOf(newest.identity, now), ...(fork && { fork }) };
}

async function readEarlier(root: string, name: string, configName: string) {
  const run = (await storedRuns(root, name)).find(({ config }) => config.name === configName);
  const written = await stat(join(root, 'results', name, 'config.json')).catch(() => undefined);
  return run && written && { name, identity: run.identity, writtenMs: written.mtimeMs };
}
