// Chooses a run's folder. Names are short hashes, so the files in a folder decide whether it is this run's.
import { readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { differencesOf, identityHash, isRunName, type RunIdentity, runNames } from '../../config/identity/run-hash.ts';
import { DcganError } from '../../errors.ts';
import { listDifferences } from './check-resume.ts';
import { type StoredRun, storedRuns, storedRunsChecked } from './stored-run.ts';

/**
 * The run's existing folder, or else the shortest prefix of its hash that no other run has.
 * @throws DcganError `usage.another-run` if its folder holds another run's files, unless it starts `fresh`
 */
export async function chooseRun(
  root: string,
  identity: RunIdentity,
  { fresh = false }: { fresh?: boolean | undefined },
): Promise<string> {
  const hash = identityHash(identity);
  for (const name of runNames(hash)) {
    const stored = await (fresh ? storedRuns : storedRunsChecked)(root, name);
    const others = stored.filter((run) => run.identityHash !== hash);
    if (stored.length === 0) return (await nameElsewhere(root, hash)) ?? name;
    if (others.length === 0) return name;
    const other = others.find((run) => !run.identityHash.startsWith(name));
    if (other && !fresh) throw anotherRunsFiles(name, other, identity);
    if (other) return name;
  }
  throw new Error(`${hash} is the hash of two runs.`);
}

/** The run's folder if it has another name, such as one given by an earlier version. */
async function nameElsewhere(root: string, hash: string): Promise<string | undefined> {
  const names = (await readdir(join(root, 'checkpoints')).catch(() => [])).filter(isRunName);
  for (const name of names.sort()) {
    const stored = await storedRuns(root, name);
    if (stored.length > 0 && stored.every((run) => run.identityHash === hash)) return name;
  }
  return undefined;
}

/** @throws DcganError `usage.another-run` if a run's folder holds another run's files */
export async function checkFolderOwner(root: string, name: string, identity: RunIdentity): Promise<void> {
  const hash = identityHash(identity);
  const other = (await storedRuns(root, name)).find((run) => run.identityHash !== hash);
  if (other) throw anotherRunsFiles(name, other, identity);
}

function anotherRunsFiles(name: string, { path, identity }: StoredRun, now: RunIdentity): DcganError {
  const differences = differencesOf(identity, now);
  return new DcganError(
    'usage.another-run',
    {
      happened: `${path} does not belong to run ${name}; its run has other settings:\n${listDifferences(differences)}`,
      expected: 'A run resumes from its own checkpoints only.',
      fix: `Move that folder away, or add --fresh to start run ${name} over, which sets the folder aside.`,
    },
    { data: { runHash: name, path, differences } },
  );
}
