// Where a run stands: every count of a run follows from the number of steps done, so a resumed run needs no other position.
import type { Config } from '../config/config.ts';
import { checkpointsOfRollbacks } from '../config/identity/run-hash.ts';
import { type BatchCounts, type Duration, toSteps } from '../config/schema/durations.ts';
import { type BatchPlan, batchesPerEpoch } from '../data/dataset/batches.ts';

/** Every so many steps, exactly. */
export interface FixedCadence {
  isDefault: false;
  everySteps: number;
}

/** Every so many steps at most, less often where that would cost too much; `isThinned`: also the longer a run becomes. */
export interface DefaultCadence {
  isDefault: true;
  everySteps: number;
  isThinned: boolean;
}

export interface Schedule {
  /** Steps that make the run. */
  totalSteps: number;
  /** Steps in one pass over the data; a fraction where a step takes several batches. */
  stepsPerEpoch: number;
  batchesPerEpoch: number;
  samples: FixedCadence | DefaultCadence;
  checkpoints: FixedCadence | DefaultCadence;
  tickEverySteps: number;
  /** Where the config measures images at all. */
  evaluateEverySteps: number | undefined;
  keepCheckpointsEverySteps: number | undefined;
  /** Any other duration of the config, in steps. */
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
    imagesPerEpoch: Math.min(images, batches * batchSize), // fewer than there are where the rest is dropped
  };
  const steps = (duration: Duration) => toSteps(duration, counts);
  const exactly = (duration: Duration): FixedCadence => ({ isDefault: false, everySteps: steps(duration) });
  const oncePerEpoch = ({ isThinned }: { isThinned: boolean }): DefaultCadence => {
    return { isDefault: true, everySteps: steps({ epochs: 1 }), isThinned };
  };
  // A rollback's result depends on where checkpoints are, so no clock may decide that
  const checkpointsByDefault = () =>
    config.training.onCollapse === 'rollback' ? exactly(checkpointsOfRollbacks) : oncePerEpoch({ isThinned: false });
  const { samplesEvery, checkpointEvery, metricsEvery, keepCheckpointsEvery } = config.outputs;
  return {
    totalSteps: steps(length),
    stepsPerEpoch: batches / discriminatorSteps,
    batchesPerEpoch: batches,
    samples: samplesEvery === 'auto' ? oncePerEpoch({ isThinned: true }) : exactly(samplesEvery),
    checkpoints: checkpointEvery === 'auto' ? checkpointsByDefault() : exactly(checkpointEvery),
    tickEverySteps: steps(metricsEvery),
    evaluateEverySteps: config.metrics.every && steps(config.metrics.every),
    keepCheckpointsEverySteps: keepCheckpointsEvery && steps(keepCheckpointsEvery),
    toSteps: steps,
  };
}

/** Image counts of the batches that occur: the full one, and the short last one. */
export function batchSizes(config: Config, images: number): number[] {
  const { batchSize } = config.training;
  const rest = images % batchSize;
  const sizes = [
    ...(images >= batchSize ? [batchSize] : []),
    ...(rest > 0 && config.data.lastBatch !== 'drop' ? [rest] : []),
  ];
  return sizes;
}

/** Function calls per step: the last discriminator update and the first of the generator share one, unless latents are fresh. */
export function callsPerStep({ training }: Config): number {
  return training.discriminatorSteps + training.generatorSteps - (training.freshLatents ? 0 : 1);
}

/** How often the generator has run in training mode after so many steps: once per call. */
export function generatorPasses(config: Config, steps: number): number {
  return steps * callsPerStep(config);
}

/** Fake images beside `images` real ones. */
export function fakeCount({ data, training }: Config, images: number): number {
  return data.lastBatch === 'full-noise' ? training.batchSize : images;
}
