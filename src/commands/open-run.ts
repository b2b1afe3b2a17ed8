// A run's checkpoint and who it is: what --resume and --fork begin with.
import type { Config } from '../config/config.ts';
import { type Origin, runHash } from '../config/run-hash.ts';
import { configWithin } from '../config/written-out.ts';
import { loadCheckpoint } from '../outputs/checkpoint.ts';
import { resolveCheckpoint } from '../outputs/find-checkpoint.ts';
import { packageDirectory } from '../system/package-directory.ts';
import { type SavedRun, savedRun } from '../training/run.ts';

export interface EarlierRun {
  hash: string;
  config: Config;
  dataFingerprint: string;
  forkedFrom?: Origin;
  saved: SavedRun;
}

/**
 * Opens the latest checkpoint of a run by its hash or the hash's start, or the checkpoint at a path.
 * @throws DcganError `checkpoint.*`; `config.invalid` where its config is none
 */
export async function openRun(name: string, root: string): Promise<EarlierRun> {
  const { directory } = await resolveCheckpoint(name, { root, packageDirectory });
  const loaded = await loadCheckpoint(directory, 'latest');
  const { state, path } = loaded;
  const saved = savedRun(loaded);
  const config = configWithin(state['config'], path);
  const dataFingerprint = String(state['dataFingerprint']);
  const origin = state['forkedFrom'] as Origin | undefined;
  const forkedFrom = origin && {
    runHash: String(origin.runHash),
    step: Number(origin.step),
    ...(origin.rollbacks && { rollbacks: Number(origin.rollbacks) }),
  };
  return {
    hash: runHash(config, dataFingerprint, forkedFrom),
    config,
    dataFingerprint,
    ...(forkedFrom ? { forkedFrom } : {}),
    saved,
  };
}
