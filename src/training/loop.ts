// The training loop: train a step; at their intervals log losses, write samples, evaluate and save checkpoints.
import { join } from 'node:path';
import { setImmediate as nextTurn } from 'node:timers/promises';
import type { Config } from '../config/config.ts';
import type { CompiledProgram, HostValues } from '../engines/engine.ts';
import { readLossCurves, saveLossCurves } from '../pictures/charts/loss-summary.ts';
import { appendLosses } from '../runs/losses-log.ts';
import { type Cadence, createCadence, createStepClock } from './cadence.ts';
import {
  afterEvaluation,
  type EvaluateImages,
  type EvaluationHistory,
  evaluateUnlessStopped,
  isEvaluationDue,
  noEvaluations,
} from './evaluation.ts';
import type { TrainingEvent } from './events.ts';
import type { FeedStep } from './feeds.ts';
import { notFinite, notNumber, runFailed } from './health/divergence.ts';
import {
  assessHealth,
  type Health,
  type HealthMeasurements,
  hasFailed,
  initialHealth,
  isProbeDue,
  passedLastProbe,
} from './health/health.ts';
import { learningRatesOf } from './learning-rates.ts';
import { lossRatio } from './losses.ts';
import { type Means, meansNames, meansOf } from './means.ts';
import { functionNames } from './program.ts';
import { augmentationLog } from './regularisation/adaptive-augment.ts';
import { writeEvolutionStrip, writeSamples } from './samples.ts';
import type { Schedule } from './schedule.ts';
import { createSpeedometer, type Speedometer } from './speedometer.ts';

/** A run's progress. Everything else follows from the step, or is a variable of the program. Checkpoints store it as `position`. */
export interface TrainingProgress {
  step: number;
  images: number;
  seconds: number;
  health: Health;
  evaluated: EvaluationHistory;
  /** How often the run was rolled back to an earlier checkpoint. */
  rollbacks: number;
}

export const initialProgress: TrainingProgress = {
  step: 0,
  images: 0,
  seconds: 0,
  health: initialHealth,
  evaluated: noEvaluations,
  rollbacks: 0,
};

export interface LoopParts {
  config: Config;
  program: CompiledProgram;
  feedStep: FeedStep;
  schedule: Schedule;
  /** results/<hash>. */
  folder: string;
  /** Measures the diversity of the generator's images, and the gradients. */
  healthProbe: (step: number) => Promise<HealthMeasurements>;
  /** Compares generated images with the data; undefined if the config asks for no metrics. */
  evaluate?: EvaluateImages | undefined;
  /** Returns the path of the checkpoint. */
  saveCheckpoint: (progress: TrainingProgress, isBest: boolean) => Promise<string>;
  /** Called before each write; throws if another process has taken over the run. */
  confirm: () => Promise<void>;
  /** Path of the best checkpoint, if there is one. */
  bestCheckpoint: () => Promise<string | undefined>;
  onEvent: (event: TrainingEvent) => void;
  /** Called after every step; if true, the loop saves a checkpoint and ends. */
  shouldStop: () => boolean;
}

/** Trains from `start` to the end of the schedule, or until asked to stop. */
export async function trainLoop(
  parts: LoopParts,
  start: TrainingProgress,
): Promise<{ progress: TrainingProgress; interrupted: boolean }> {
  const { config, program, feedStep, schedule, onEvent } = parts;
  const { totalSteps, stepsPerEpoch } = schedule;
  const totalEpochs = totalSteps / stepsPerEpoch;
  const progress = { ...start };
  const learningRates = learningRatesOf(config, schedule);
  const log = join(parts.folder, 'losses.jsonl');
  const curves = await readLossCurves(log); // of earlier sessions
  await saveLossCurves(log, curves);
  const clock = createStepClock();
  const samples = createCadence(schedule.samples, clock);
  const checkpoints = createCadence(schedule.checkpoints, clock);
  const speed = createSpeedometer({ startImages: start.images, clock, cadences: [samples, checkpoints] });
  let savedAt = progress.step;
  onEvent({ type: 'start', step: progress.step, totalSteps, totalEpochs });
  await throwIfFailed(parts, progress);
  if (progress.step === 0) await writeTimed('samples', samples, () => writeSamples(parts, 0, curves));
  if (isEvaluationDue(progress.evaluated, progress.step, schedule)) {
    const outcome = parts.shouldStop() ? 'stopped' : await evaluateNow(parts, progress, speed);
    if (outcome === 'stopped') return { progress, interrupted: true };
    await parts.saveCheckpoint(progress, outcome === 'best');
  }

  /** Writes, and reports if its duration changes the interval. */
  async function writeTimed<T>(what: 'samples' | 'checkpoints', cadence: Cadence, write: () => Promise<T>): Promise<T> {
    const { result, seconds } = await clock.outside(write);
    const change = cadence.wrote(seconds);
    if (change && progress.step < totalSteps) onEvent({ type: 'cadence', what, step: progress.step, ...change });
    return result;
  }

  while (progress.step < totalSteps) {
    // Train one step, whose number determines its feeds
    speed.start();
    for (const call of feedStep(progress.step)) {
      await program.run(call.name, call.feeds);
      progress.images += call.images;
    }
    progress.step++;
    progress.seconds += speed.stop();
    clock.stepDone();
    await nextTurn(); // lets signal handlers run

    let stopping = parts.shouldStop();
    const last = progress.step === totalSteps;

    // Log: losses are read from the engine only here
    if (last || progress.step % schedule.tickEverySteps === 0) {
      const sums = await program.run(functionNames.drainMeans, {}); // waits for the engine
      await checkFinite(parts, sums, progress.step, schedule.tickEverySteps);
      const means = meansOf(sums);
      const measurements = isProbeDue(progress.health, progress.step) ? await probeHealth(parts, progress, means) : {};
      const { step, images, seconds, health } = progress;
      const tick = {
        step,
        epoch: step / stepsPerEpoch,
        images,
        ...means,
        ...augmentationLog(sums),
        ...learningRates(progress.step - 1),
        ...lossRatio(means, config.training.loss),
        ...measurements,
        health: health.state,
        imagesPerSecond: speed.imagesPerSecond(images),
        seconds,
      };
      await parts.confirm();
      const record = rounded(tick);
      await appendLosses(log, record);
      curves.add(record);
      onEvent({ type: 'tick', tick, totalSteps, totalEpochs, secondsLeft: speed.secondsLeft(step, schedule) });
    }

    // Write a sample grid and the loss curves
    if (last || samples.isDue(progress.step)) {
      await writeTimed('samples', samples, () => writeSamples(parts, progress.step, curves));
    }

    // Evaluate against the data; an evaluation cut short by a stop is done again when the run resumes
    const evaluationDue = !stopping && isEvaluationDue(progress.evaluated, progress.step, schedule);
    const evaluation = evaluationDue ? await clock.outside(() => evaluateNow(parts, progress, speed)) : undefined;
    const outcome = evaluation?.result;
    const isBest = outcome === 'best';
    stopping ||= outcome === 'stopped';

    // Save a checkpoint; the best is chosen by metrics.best, or else is the latest of a healthy run
    const isRegular = last || checkpoints.isDue(progress.step);
    if (isRegular || stopping || isBest || (hasFailed(progress.health) && config.training.onCollapse === 'stop')) {
      await checkFinite(parts, await program.read(meansNames), progress.step, progress.step - savedAt);
      const isHealthy = config.metrics.best === undefined && isRegular && passedLastProbe(progress.health);
      const save = async () => {
        const path = await parts.saveCheckpoint(progress, isBest || isHealthy);
        await saveLossCurves(log, curves); // covers the log up to here, for a run that resumes
        return path;
      };
      const path = await writeTimed('checkpoints', checkpoints, save);
      onEvent({ type: 'checkpoint', step: progress.step, path });
      savedAt = progress.step;
    }

    // Stop a run that has failed
    await throwIfFailed(parts, progress);
    if (stopping) break;
  }
  if (savedAt === totalSteps && parts.config.outputs.evolution) await writeEvolutionStrip(parts);
  const isUnevaluated = isEvaluationDue(progress.evaluated, progress.step, schedule); // after a stop in the last step
  return { progress, interrupted: savedAt < totalSteps || isUnevaluated };
}

/** Evaluates the generator's images. `best`: the best so far by `metrics.best`, unless the run has failed. */
async function evaluateNow(
  { evaluate, onEvent, shouldStop }: LoopParts,
  progress: TrainingProgress,
  speed: Speedometer,
): Promise<'best' | 'evaluated' | 'stopped'> {
  const { step, evaluated: before, health } = progress;
  const onProgress = (phase: string, done: number, total: number) =>
    onEvent({ type: 'evaluating', step, phase, done, total });
  const result = await evaluateUnlessStopped(evaluate!, step, { shouldStop, onProgress }); // waits for the engine
  if (!result) return 'stopped';
  const { seconds, values } = result;
  const after = afterEvaluation(before, step, result);
  const isBest = after.best?.step === step && !hasFailed(health);
  progress.evaluated = isBest ? after : { ...before, at: step };
  onEvent({ type: 'evaluation', step, isBest, share: speed.shareOfEvaluation(seconds), seconds, values });
  return isBest ? 'best' : 'evaluated';
}

/** Called before each save, so that no checkpoint holds NaN. @throws DcganError `diverged.not-finite` */
async function checkFinite(parts: LoopParts, sums: HostValues, step: number, windowSteps: number): Promise<void> {
  const bad = notNumber(sums);
  if (!bad) return;
  const what = `the ${bad.name.replace(/^means\/|-parts$/g, '')}'s loss became ${bad.value}`;
  throw await notFinite(what, [Math.max(0, step - windowSteps), step], parts);
}

/** Measures and updates the run's health; reports a change of its state. */
async function probeHealth(parts: LoopParts, progress: TrainingProgress, means: Means): Promise<HealthMeasurements> {
  const { step, health: before } = progress;
  const measurements = await parts.healthProbe(step); // waits for the engine
  const bad = notNumber({ ...measurements });
  if (bad) throw await notFinite(`${bad.name} became ${bad.value}`, [before.lookedAt, step], parts);
  progress.health = assessHealth(before, { ...means, ...measurements }, step, parts.config.training.loss);
  const { state, since } = progress.health;
  if (state !== before.state) parts.onEvent({ type: 'health', step, state, since: since[state] ?? step });
  return measurements;
}

/** @throws DcganError `diverged.collapsed`, `diverged.losses`, unless training.onCollapse is warn */
async function throwIfFailed({ config, bestCheckpoint }: LoopParts, { health, step }: TrainingProgress): Promise<void> {
  if (hasFailed(health) && config.training.onCollapse !== 'warn') {
    throw runFailed(health, step, await bestCheckpoint(), config);
  }
}

/** Rounds measurements to six digits; integers are left alone. */
function rounded<T extends Record<string, number | string>>(values: T): T {
  const round = (value: number | string) =>
    typeof value === 'string' || Number.isInteger(value) ? value : Number(value.toPrecision(6));
  return Object.fromEntries(Object.entries(values).map(([name, value]) => [name, round(value)])) as T;
}
