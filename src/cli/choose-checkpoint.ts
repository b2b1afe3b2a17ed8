// Selects the newest run if --checkpoint is omitted, and reports it.
import { DcganError } from '../errors.ts';
import { knownCheckpoints, newestRun } from '../runs/find-checkpoint.ts';
import { packageDirectory } from '../system/package-directory.ts';
import type { CheckpointFlags } from './flags.ts';
import type { Progress } from './output/progress.ts';

export interface ChosenCheckpoint {
  checkpoint: string;
  /** For the JSON document; empty if the user named the checkpoint. */
  chosen: { chosenAs?: 'newest run' };
}

/** @throws DcganError `usage.no-checkpoint` if none is named and there is no run */
export async function chooseCheckpoint(
  { checkpoint, root, step, best }: CheckpointFlags & { root: string },
  progress: Progress,
): Promise<ChosenCheckpoint> {
  if (checkpoint !== undefined) return { checkpoint, chosen: {} };
  const newest = await newestRun(root);
  if (!newest) throw noCheckpoint(await knownCheckpoints({ root, packageDirectory }));
  const { runHash } = newest;
  const which = best ? 'its best checkpoint' : `step ${step ?? newest.step}`;
  progress.line(`Using the newest run ${runHash}, ${which}; --checkpoint NAME selects another.`);
  return { checkpoint: runHash, chosen: { chosenAs: 'newest run' } };
}

function noCheckpoint(known: readonly string[]): DcganError {
  const train = 'dcgan train --config quick';
  const text = {
    happened: 'No --checkpoint was given, and there is no run here yet.',
    expected: known.length > 0 ? `These checkpoints can be used: ${known.join(', ')}.` : 'dcgan train creates one.',
    fix: known.length > 0 ? `--checkpoint ${known[0]}, or train one: ${train}` : train,
  };
  return new DcganError('usage.no-checkpoint', text, { data: { known } });
}
