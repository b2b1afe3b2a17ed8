// A config's durations and intervals in steps, and the counts that follow from the number of steps done.
import type { Config } from '../config/config.ts';
import { checkpointsOfRollbacks } from '../config/identity/run-hash.ts';
import { type BatchCounts, type Duration, toSteps } from '../config/schema/durations.ts';
import { type BatchPlan, batchesPerEpoch } from '../data/dataset/batches.ts';

/** An interval set by the config. */
export interface FixedCadence {
  isDefault: false;
  everySteps: number;
}

/** The default interval: lengthened if writing takes too much of the time, and if `isThinned` also as the run gets longer. */
export interface DefaultCadence {
  isDefault: true;
  everySteps: number;
  isThinned: boolean;
}

export interface Schedule {
  /** Length of the run. */
  totalSteps: number;
  /** Steps in one pass over the data; fractional if a step takes several batches. */
  stepsPerEpoch: number;
  batchesPerEpoch: number;
  samples: FixedCadence | DefaultCadence;
  checkpoints: FixedCadence | DefaultCadence;
  tickEverySteps: number;
  /** Undefined if the config asks for no evaluations. */
  evaluateEverySteps: number | undefined;
  keepCheckpointsEverySteps: number | undefined;
  /** Converts any other duration of the config. */
  toSteps: (duration: Duration) => number;
}

export function batchPlan({ data, training }: Config, images: number): BatchPlan {
  return { count: images, batchSize: training.batchSize, lastBatch: data.lastBatch === 'drop' ? 'drop' : 'keep' };
}

export function planSchedule(config: Config, images: number): Schedule {
  const batches = batchesPerEpoch(batchPlan(config, images));
  const { batchSize, discriminatorSteps, length } = config.training;
  const counts: BatchCounts = {
    batchSize,
    batchesPerStep: discriminatorSteps,
    batchesPerEpoch: batches,
    imagesPerEpoch: Math.min(images, batches * batchSize), // fewer than `images` if the last batch is dropped
  };
  const steps = (duration: Duration) => toSteps(duration, counts);
  const exactly = (duration: Duration): FixedCadence => ({ isDefault: false, everySteps: steps(duration) });
  const oncePerEpoch = ({ isThinned }: { isThinned: boolean }): DefaultCadence => {
    return { isDefault: true, everySteps: steps({ epochs: 1 }), isThinned };
  };
  // A rollback restarts from a checkpoint, so the steps of checkpoints must not depend on the clock
  const checkpointsByDefault = () =>
    config.training.onCollapse === 'rollback' ? exactly(checkpointsOfRollbacks) : oncePerEpoch({ isThinned: false });
  const { samplesEvery, checkpointEvery, lossesEvery, keepCheckpointsEvery } = config.outputs;
  return {
    totalSteps: steps(length),
    stepsPerEpoch: batches / discriminatorSteps,
    batchesPerEpoch: batches,
    samples: samplesEvery === 'auto' ? oncePerEpoch({ isThinned: true }) : exactly(samplesEvery),
    checkpoints: checkpointEvery === 'auto' ? checkpointsByDefault() : exactly(checkpointEvery),
    tickEverySteps: steps(lossesEvery),
    evaluateEverySteps: config.metrics.every && steps(config.metrics.every),
    keepCheckpointsEverySteps: keepCheckpointsEvery && steps(keepCheckpointsEvery),
    toSteps: steps,
  };
}

/** Sizes of the batches that occur: the full one, and the short last one if it is kept. */
export function batchSizes(config: Config, images: number): number[] {
  const { batchSize } = config.training;
  const rest = images % batchSize;
  return [...(images >= batchSize ? [batchSize] : []), ...(rest > 0 && config.data.lastBatch !== 'drop' ? [rest] : [])];
}

/** Function calls per step. D's last update and G's first one share a call, unless each has fresh latents. */
export function callsPerStep({ training }: Config): number {
  return training.discriminatorSteps + training.generatorSteps - (training.freshLatents ? 0 : 1);
}

/** Forward passes of the generator in training mode after `steps` steps: one per call. */
export function generatorPasses(config: Config, steps: number): number {
  return steps * callsPerStep(config);
}

/** Number of fake images in a step with `images` real ones. */
export function fakeCount({ data, training }: Config, images: number): number {
  return data.lastBatch === 'full-noise' ? training.batchSize : images;
}
