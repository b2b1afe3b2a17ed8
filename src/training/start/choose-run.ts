// In which folder a run belongs. Names are short, so it is what lies in a folder that tells whose it is.
import { readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { differencesOf, identityHash, isRunName, type RunIdentity, runNames } from '../../config/identity/run-hash.ts';
import { DcganError } from '../../errors.ts';
import { listDifferences } from './check-resume.ts';
import { type StoredRun, storedRuns, storedRunsChecked } from './stored-run.ts';

/**
 * The name of a run's folder: where the run is already, or else as many digits of its hash as no other run's name is.
 * @throws DcganError `usage.another-run` where another run's files were put into its folder, unless it starts `fresh`
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
    const stranger = others.find((run) => !run.identityHash.startsWith(name));
    if (stranger && !fresh) throw strangersFiles(name, stranger, identity);
    if (stranger) return name;
  }
  throw new Error(`${hash} is the hash of two runs.`);
}

/** Where the run is if it has another name, such as an earlier version gave it. */
async function nameElsewhere(root: string, hash: string): Promise<string | undefined> {
  const names = (await readdir(join(root, 'checkpoints')).catch(() => [])).filter(isRunName);
  for (const name of names.sort()) {
    const stored = await storedRuns(root, name);
    if (stored.length > 0 && stored.every((run) => run.identityHash === hash)) return name;
  }
  return undefined;
}

/** @throws DcganError `usage.another-run` where the folder of a run holds something of another one */
export async function refuseStrangersFiles(root: string, name: string, identity: RunIdentity): Promise<void> {
  const hash = identityHash(identity);
  const stranger = (await storedRuns(root, name)).find((run) => run.identityHash !== hash);
  if (stranger) throw strangersFiles(name, stranger, identity);
}

function strangersFiles(name: string, { path, identity }: StoredRun, now: RunIdentity): DcganError {
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
