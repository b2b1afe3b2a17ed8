// Rolls a failed run back to its best checkpoint and retries with other random numbers.
import { join } from 'node:path';
import type { Config } from '../../config/config.ts';
import { DcganError } from '../../errors.ts';
import { RandomStream } from '../../random.ts';
import { bestCheckpoint, loadCheckpoint } from '../../runs/checkpoint.ts';
import { appendLosses } from '../../runs/losses-log.ts';
import { stepFolderName } from '../../runs/step-folder.ts';
import { type RunContents, type RunFolders, save, truncateLogs } from '../checkpointing.ts';
import type { TrainingEvent } from '../events.ts';
import type { TrainingProgress, trainLoop } from '../loop.ts';
import type { StartPoint } from '../start/start-point.ts';
import { asTrainingCheckpoint, checkpointValues } from '../start/training-checkpoint.ts';
import { gaveUp } from './divergence.ts';

interface RollbackParts {
  config: Config;
  run: (from: TrainingProgress) => ReturnType<typeof trainLoop>;
  /** Rolls back to the best checkpoint, or to the start if there is none. */
  rollBack: (rollbacks: number, failure: DcganError) => Promise<TrainingProgress>;
  onEvent: (event: TrainingEvent) => void;
}

/**
 * Trains to the end. With training.onCollapse: rollback, a run that fails is rolled back, at most training.rollbackTries times.
 * @throws DcganError `diverged.gave-up`; `diverged.*` without rollbacks
 */
export async function trainWithRollbacks(parts: RollbackParts, start: TrainingProgress): ReturnType<typeof trainLoop> {
  const { onCollapse, rollbackTries } = parts.config.training;
  let progress = start;
  for (;;) {
    try {
      return await parts.run(progress);
    } catch (failure) {
      if (!(failure instanceof DcganError && failure.kind === 'diverged') || onCollapse !== 'rollback') throw failure;
      if (progress.rollbacks >= rollbackTries) throw gaveUp(progress.rollbacks, failure);
      progress = await parts.rollBack(progress.rollbacks + 1, failure);
      const { step, rollbacks } = progress;
      parts.onEvent({ type: 'rollback', step, rollbacks, rollbackTries, reason: failure.message.split('\n')[0]! });
    }
  }
}

/**
 * Rolls a run back to its best checkpoint, or to its start if there is none, and saves that at once with the new count of
 * rollbacks: a session killed before the save repeats the failure, one killed after it retries with new random numbers.
 */
export async function rollBack(
  folders: RunFolders,
  contents: RunContents,
  { rollbacks, failure, first }: { rollbacks: number; failure: DcganError; first: StartPoint },
): Promise<TrainingProgress> {
  const { program, compiled } = contents;
  const losses = join(folders.results, 'losses.jsonl');
  const best = await bestCheckpoint(folders.checkpoints);
  const good = best ?? startOfFork(folders, contents);
  const saved = good === undefined ? undefined : asTrainingCheckpoint(await loadCheckpoint(good, 'latest'));
  await compiled.write(saved ? checkpointValues(saved, program) : first.values());
  const progress = { ...(saved?.progress ?? first.progress), rollbacks };
  await contents.confirm();
  await appendLosses(losses, { step: progress.step, rollbacks, lostAt: Number(failure.data['step']) });
  await save(folders, contents, progress, { best: best !== undefined });
  await truncateLogs(folders, progress);
  return progress;
}

/** A fork saves its own first checkpoint, since its source may be deleted. */
function startOfFork({ checkpoints }: RunFolders, { forkedFrom }: RunContents): string | undefined {
  return forkedFrom && join(checkpoints, stepFolderName(forkedFrom.step));
}

/** Seed of data order, latents, labels and noise after this many rollbacks; weights are always drawn with the config's. */
export function seedAfter(seed: number, rollbacks: number): number {
  return rollbacks === 0 ? seed : new RandomStream(seed, 'rollback', rollbacks).bits();
}
