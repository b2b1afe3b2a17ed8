// The flags that would fork a run, suggested only if its weights fit.
import { DcganError } from '../../errors.ts';
import type { Schedule } from '../schedule.ts';
import { programOf, type RunParts } from './run-parts.ts';
import { forkedValues, type TrainingCheckpoint } from './training-checkpoint.ts';

/** The flags to add to start a new run from a checkpoint; undefined if its weights do not fit. */
export function forkFlags(checkpoint: string, saved: TrainingCheckpoint, parts: RunParts): string | undefined {
  if (!fits(saved, parts)) return undefined;
  const { step } = saved.progress;
  const longer = step < parts.schedule.totalSteps ? [] : [longerFlag(parts.schedule, step)];
  return [`--fork ${checkpoint}`, ...longer].join(' ');
}

/** The flag that makes a run twice as long as it is now. */
export function longerFlag({ stepsPerEpoch }: Schedule, step: number): string {
  return `--epochs ${Math.ceil((2 * step) / stepsPerEpoch)}`;
}

function fits(saved: TrainingCheckpoint, parts: RunParts): boolean {
  try {
    forkedValues(saved, programOf(parts), parts.networks);
    return true;
  } catch (error) {
    if (error instanceof DcganError) return false;
    throw error;
  }
}
