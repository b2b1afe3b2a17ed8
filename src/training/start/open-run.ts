// Opens the earlier run that --resume or --fork names.
import type { Config } from '../../config/config.ts';
import { type RunIdentity, runNames } from '../../config/identity/run-hash.ts';
import { loadCheckpoint } from '../../runs/checkpoint.ts';
import { resolveCheckpoint } from '../../runs/find-checkpoint.ts';
import { packageDirectory } from '../../system/package-directory.ts';
import { storedRun } from './stored-run.ts';
import { asTrainingCheckpoint, type TrainingCheckpoint } from './training-checkpoint.ts';

export interface EarlierRun {
  /** Name of its folder, or the first digits of its hash if it is outside of checkpoints/. */
  hash: string;
  config: Config;
  identity: RunIdentity;
  identityHash: string;
  saved: TrainingCheckpoint;
}

/**
 * Opens the latest checkpoint of a run by its hash or the hash's start, or the checkpoint at a path.
 * @throws DcganError `checkpoint.*`; `config.invalid` if its config is not valid
 */
export async function openRun(name: string, root: string): Promise<EarlierRun> {
  const { directory, run } = await resolveCheckpoint(name, { root, packageDirectory });
  const loaded = await loadCheckpoint(directory, 'latest');
  const saved = asTrainingCheckpoint(loaded);
  const { config, identity, identityHash } = storedRun(loaded.state, loaded.path);
  return { hash: run ?? runNames(identityHash)[0]!, config, identity, identityHash, saved };
}
