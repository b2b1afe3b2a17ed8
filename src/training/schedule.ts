// Where a run stands: every count of a run follows from the number of steps done, so a resumed run needs no other position.
import type { Config } from '../config/config.ts';
import { type Duration, type Pace, toSteps } from '../config/durations.ts';
import { type BatchPlan, batchesPerEpoch } from '../data/batches.ts';

export interface Schedule {
  /** Steps that make the run. */
  totalSteps: number;
  /** Steps in one pass over the data; a fraction where a step takes several batches. */
  stepsPerEpoch: number;
  batchesPerEpoch: number;
  samplesEverySteps: number;
  checkpointEverySteps: number;
  tickEverySteps: number;
  keepCheckpointsEverySteps: number | undefined;
}

export function batchPlan({ data, training }: Config, images: number): BatchPlan {
  return { count: images, batchSize: training.batchSize, lastBatch: data.lastBatch };
}

export function planSchedule(config: Config, images: number): Schedule {
  const batches = batchesPerEpoch(batchPlan(config, images));
  const { batchSize, discriminatorSteps, length } = config.training;
  const pace: Pace = {
    batchSize,
    batchesPerStep: discriminatorSteps,
    batchesPerEpoch: batches,
    imagesPerEpoch: Math.min(images, batches * batchSize), // fewer than there are where the rest is dropped
  };
  const steps = (duration: Duration) => toSteps(duration, pace);
  const { samplesEvery, checkpointEvery, metricsEvery, keepCheckpointsEvery } = config.outputs;
  return {
    totalSteps: steps(length),
    stepsPerEpoch: batches / discriminatorSteps,
    batchesPerEpoch: batches,
    samplesEverySteps: steps(samplesEvery),
    checkpointEverySteps: steps(checkpointEvery),
    tickEverySteps: steps(metricsEvery),
    keepCheckpointsEverySteps: keepCheckpointsEvery && steps(keepCheckpointsEvery),
  };
}

/** Image counts of the batches that occur: the full one, and the short last one. */
export function batchSizes(config: Config, images: number): number[] {
  const { batchSize } = config.training;
  const rest = images % batchSize;
  const sizes = [
    ...(images >= batchSize ? [batchSize] : []),
    ...(rest > 0 && config.data.lastBatch === 'keep' ? [rest] : []),
  ];
  return sizes;
}

/** How often the generator has run in training mode after so many steps; one pass serves both networks' main update. */
export function generatorPasses({ training }: Config, steps: number): number {
  return steps * (training.discriminatorSteps + training.generatorSteps - 1);
}
