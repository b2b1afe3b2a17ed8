// dcgan bench: times the training step of a config on this machine, on noise images.
import type { Config } from '../config/config.ts';
import { noiseImages } from '../data/dataset/noise-images.ts';
import type { EngineInfo, Precision } from '../engines/engine.ts';
import { openEngine } from '../engines/open.ts';
import { buildNetworks } from '../models/networks.ts';
import { createFeeder } from '../training/feeds.ts';
import { startingValues, trainingProgram } from '../training/program.ts';
import { stepsPerPenaltyCycle } from '../training/regularisation/penalties.ts';
import { batchSizes, planSchedule } from '../training/schedule.ts';
import { loadRunConfig, precisionOf, type RunOptions } from '../training/start/prepare-run.ts';
import { type Spread, type StepEvent, secondsSince, spreadOf, timeSteps } from '../training/step-times.ts';

export interface BenchOptions extends Omit<RunOptions, 'data'> {
  /** How long to measure, after the first step. */
  seconds: number;
}

export type BenchEvent =
  | { type: 'engine'; info: EngineInfo; precision: Precision }
  | { type: 'tuning'; done: number; total: number }
  | StepEvent;

export interface BenchResult {
  name: string;
  engine: EngineInfo;
  precision: Precision;
  batchSize: number;
  /** Number of timed steps. */
  steps: number;
  msPerStep: Spread;
  /** At the median step. */
  imagesPerSecond: number;
  secondsPer1000Images: number;
  /** Tracing the step, loading its graph, and tuning convolutions not yet tuned on this machine. */
  compileSeconds: number;
  firstStepSeconds: number;
  /** Whether it was stopped early: the values cover fewer steps. */
  interrupted: boolean;
  /** Peak of this process's resident memory. */
  peakMiB: number;
}

const noiseBatches = 4;

/**
 * Trains on full batches and discards the result. Writes nothing but the cache of convolution tunings.
 * Rejects with the signal's reason if stopped before a step was timed.
 */
export async function bench(
  options: BenchOptions,
  io: { onEvent: (event: BenchEvent) => void; shouldStop: () => boolean; signal?: AbortSignal },
): Promise<BenchResult> {
  const config = await loadRunConfig(options);
  const networks = buildNetworks(config);
  const opened = await openEngine(options.engine, options.device, config.training);
  const precision = precisionOf(config, opened);
  io.onEvent({ type: 'engine', info: opened.engine.info, precision });

  const { batchSize } = config.training;
  const dataset = noiseImages(config.data, noiseBatches * batchSize);
  const began = performance.now();
  const program = trainingProgram(config, networks, batchSizes(config, dataset.count), sampleCount(config));
  const compiled = await opened.engine.compile(program, {
    precision,
    onTuning: (done, total) => io.onEvent({ type: 'tuning', done, total }),
    signal: io.signal,
  });
  await compiled.write(startingValues(program, config, networks));
  const compileSeconds = secondsSince(began);

  const feedStep = createFeeder(config, dataset, program, planSchedule(config, dataset.count));
  const cycle = stepsPerPenaltyCycle(config.training);
  const { first, times, interrupted } = await timeSteps(compiled, feedStep, options.seconds, io, cycle);
  compiled.dispose();
  const msPerStep = spreadOf(times);
  return {
    name: config.name,
    engine: opened.engine.info,
    precision,
    batchSize,
    steps: times.length * cycle,
    msPerStep,
    imagesPerSecond: (1000 * imagesPerStep(config)) / msPerStep.median,
    secondsPer1000Images: msPerStep.median / imagesPerStep(config),
    compileSeconds,
    firstStepSeconds: first / 1000,
    interrupted,
    peakMiB: process.resourceUsage().maxRSS / 1024,
  };
}

function imagesPerStep({ training }: Config): number {
  return training.batchSize * training.discriminatorSteps;
}

function sampleCount({ outputs }: Config): number {
  return outputs.grid.rows * outputs.grid.columns;
}
