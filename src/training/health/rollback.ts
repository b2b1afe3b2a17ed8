// Rolls a failed run back to its best checkpoint and retries with other random numbers.
import type { Config } from '../../config/config.ts';
import { DcganError } from '../../errors.ts';
import { RandomStream } from '../../random.ts';
import type { TrainingEvent } from '../events.ts';
import type { TrainingProgress, trainLoop } from '../loop.ts';
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

/** Seed of data order, latents, labels and noise after this many rollbacks; weights are always drawn with the config's. */
export function seedAfter(seed: number, rollbacks: number): number {
  return rollbacks === 0 ? seed : new RandomStream(seed, 'rollback', rollbacks).bits();
}
