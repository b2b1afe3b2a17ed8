// A run that goes wrong and may try again: back to its best checkpoint, and from there another way.
import type { Config } from '../../config/config.ts';
import { DcganError } from '../../errors.ts';
import { RandomStream } from '../../random.ts';
import type { TrainingEvent } from '../events.ts';
import type { Position, trainLoop } from '../loop.ts';
import { gaveUp } from './divergence.ts';

interface RollbackParts {
  config: Config;
  /** Trains from a position on. */
  run: (from: Position) => ReturnType<typeof trainLoop>;
  /** Goes back to the best checkpoint, or to the start where there is none. Gives the position there. */
  goBack: (rollbacks: number, failure: DcganError) => Promise<Position>;
  onEvent: (event: TrainingEvent) => void;
}

/**
 * Trains to the end. Where the config says so, a run that is lost goes back, `training.rollbackTries` times at most.
 * @throws DcganError `diverged.gave-up`; `diverged.*` where the config does not ask to go back
 */
export async function trainWithRollbacks(parts: RollbackParts, start: Position): ReturnType<typeof trainLoop> {
  const { onCollapse, rollbackTries } = parts.config.training;
  let position = start;
  for (;;) {
    try {
      return await parts.run(position);
    } catch (failure) {
      if (!(failure instanceof DcganError && failure.kind === 'diverged') || onCollapse !== 'rollback') throw failure;
      if (position.rollbacks >= rollbackTries) throw gaveUp(position.rollbacks, failure);
      position = await parts.goBack(position.rollbacks + 1, failure);
      const { step, rollbacks } = position;
      parts.onEvent({ type: 'rollback', step, rollbacks, rollbackTries, reason: failure.message.split('\n')[0]! });
    }
  }
}

/** The seed of the data's order, latents, labels and masks after so many rollbacks; the weights keep the config's. */
export function seedAfter(seed: number, rollbacks: number): number {
  return rollbacks === 0 ? seed : new RandomStream(seed, 'rollback', rollbacks).bits();
}
