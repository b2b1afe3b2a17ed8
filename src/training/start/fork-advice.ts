// What to type to fork a run, where that works: advice that is refused is worse than none.
import type { Config } from '../../config/config.ts';
import type { Dataset } from '../../data/dataset/open.ts';
import type { Program } from '../../engines/engine.ts';
import { DcganError } from '../../errors.ts';
import type { Networks } from '../../models/networks.ts';
import { vitalsImages } from '../health/health-measurements.ts';
import { trainingProgram } from '../program.ts';
import { batchSizes, type Schedule } from '../schedule.ts';
import { forkedValues, type SavedRun } from './start-point.ts';

/** What a run trains with, besides its engine. */
export interface RunParts {
  config: Config;
  networks: Networks;
  dataset: Dataset;
  schedule: Schedule;
}

export function programOf({ config, networks, dataset }: Omit<RunParts, 'schedule'>): Program {
  const { rows, columns } = config.outputs.grid;
  const sizes = batchSizes(config, dataset.count);
  return trainingProgram(config, networks, sizes, rows * columns, vitalsImages(dataset.count));
}

/** The flags that begin a new run from a checkpoint, besides those given; undefined where its weights do not fit. */
export function forkFlags(checkpoint: string, saved: SavedRun, parts: RunParts): string | undefined {
  if (!fits(saved, parts)) return undefined;
  const { step } = saved.position;
  const longer = step < parts.schedule.totalSteps ? [] : [longerFlag(parts.schedule, step)];
  return [`--fork ${checkpoint}`, ...longer].join(' ');
}

/** The flag that makes a run twice as long as it is by now, whatever the length it was given. */
export function longerFlag({ stepsPerEpoch }: Schedule, step: number): string {
  return `--epochs ${Math.ceil((2 * step) / stepsPerEpoch)}`;
}

function fits(saved: SavedRun, parts: RunParts): boolean {
  try {
    forkedValues(saved, programOf(parts), parts.networks);
    return true;
  } catch (error) {
    if (error instanceof DcganError) return false;
    throw error;
  }
}
