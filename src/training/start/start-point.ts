// Where a run starts: fresh with initial weights, resumed from its own checkpoint, or forked from another run's.
import type { HostValues, Program } from '../../engines/engine.ts';
import { initialProgress, type TrainingProgress } from '../loop.ts';
import { startingValues } from '../program.ts';
import type { PreparedRun } from './prepare-run.ts';
import { checkpointValues, forkedValues, type TrainingCheckpoint } from './training-checkpoint.ts';

export type StartPoint = Start & ({ kind: 'fresh' } | { kind: 'resumed' | 'forked'; checkpoint: TrainingCheckpoint });

interface Start {
  progress: TrainingProgress;
  /** The values of all variables. @throws DcganError `checkpoint.mismatch` if they do not fit the program */
  values: () => HostValues;
}

/** The start of a run that has no checkpoint of its own. A fork keeps counting the steps and images of its source. */
export function firstStart({ config, networks, source }: PreparedRun, program: Program): StartPoint {
  if (!source) {
    const values = () => startingValues(program, config, networks);
    return { kind: 'fresh', progress: initialProgress, values };
  }
  const { step, images } = source.progress;
  return {
    kind: 'forked',
    checkpoint: source,
    progress: { ...initialProgress, step, images },
    values: () => forkedValues(source, program, networks),
  };
}

export function resumedStart(checkpoint: TrainingCheckpoint, program: Program): StartPoint {
  const values = () => checkpointValues(checkpoint, program);
  return { kind: 'resumed', checkpoint, progress: checkpoint.progress, values };
}
