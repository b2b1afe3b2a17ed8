// The training loop. Everything else in src/ exists to feed this file.
import { join } from 'node:path';
import { setImmediate as nextTurn } from 'node:timers/promises';
import type { Config } from '../config/config.ts';
import type { CompiledProgram, HostValues } from '../engines/engine.ts';
import { readLossCurves, saveLossCurves } from '../pictures/charts/loss-summary.ts';
import { appendMetrics } from '../runs/metrics-log.ts';
import { type Cadence, createCadence, createStepClock } from './cadence.ts';
import {
  afterEvaluation,
  type Evaluated,
  isEvaluationDue,
  type MeasureImages,
  measureUnlessStopped,
  notEvaluated,
} from './evaluation.ts';
import type { TrainingEvent } from './events.ts';
import type { FeedStep } from './feeds.ts';
import { lostRun, notFinite, notNumber } from './health/divergence.ts';
import {
  type Health,
  isLookDue,
  isLost,
  isWell,
  judge,
  lossRatio,
  startingHealth,
  type Vitals,
} from './health/health.ts';
import { learningRatesOf } from './learning-rates.ts';
import { type Means, meansNames, meansOf } from './means.ts';
import { functionNames } from './program.ts';
import { augmentMeasurement } from './regularisation/adaptive-augment.ts';
import { writeSamples, writeStrip } from './samples.ts';
import type { Schedule } from './schedule.ts';
import { createSpeedometer, type Speedometer } from './speedometer.ts';

/** Where a run stands. What is not here follows from the step, or is a variable of the program. */
export interface Position {
  step: number;
  images: number;
  seconds: number;
  health: Health;
  evaluated: Evaluated;
  /** How often the run went back to an earlier checkpoint. */
  rollbacks: number;
}

export const startingPosition: Position = {
  step: 0,
  images: 0,
  seconds: 0,
  health: startingHealth,
  evaluated: notEvaluated,
  rollbacks: 0,
};

export interface LoopParts {
  config: Config;
  program: CompiledProgram;
  feedStep: FeedStep;
  schedule: Schedule;
  /** results/<hash>. */
  folder: string;
  /** Measures how different the generator's images are, and the gradients. */
  look: (step: number) => Promise<Vitals>;
  /** Measures images against the data, where the config says so. */
  measure?: MeasureImages | undefined;
  /** Saves, as the best so far or not. Gives the checkpoint's path. */
  saveCheckpoint: (position: Position, best: boolean) => Promise<string>;
  /** Called before each write: throws where the run is no longer this process's. */
  confirm: () => Promise<void>;
  /** Path of the best checkpoint, if there is one. */
  bestCheckpoint: () => Promise<string | undefined>;
  onEvent: (event: TrainingEvent) => void;
  /** Asked after every step; true saves and ends the loop. */
  shouldStop: () => boolean;
}

/** Trains from `start` to the end of the schedule, or until it is asked to stop. Gives where it got to. */
export async function trainLoop(
  parts: LoopParts,
  start: Position,
): Promise<{ position: Position; interrupted: boolean }> {
  const { config, program, feedStep, schedule, onEvent } = parts;
  const { totalSteps, stepsPerEpoch } = schedule;
  const totalEpochs = totalSteps / stepsPerEpoch;
  const position = { ...start };
  const learningRates = learningRatesOf(config, schedule);
  const log = join(parts.folder, 'metrics.jsonl');
  const curves = await readLossCurves(log); // of earlier sessions
  await saveLossCurves(log, curves);
  const clock = createStepClock();
  const samples = createCadence(schedule.samples, clock);
  const checkpoints = createCadence(schedule.checkpoints, clock);
  const speed = createSpeedometer({ startImages: start.images, clock, cadences: [samples, checkpoints] });
  let savedAt = position.step;
  onEvent({ type: 'start', step: position.step, totalSteps, totalEpochs });
  await endIfLost(parts, position);
  if (position.step === 0) await writeTimed('samples', samples, () => writeSamples(parts, 0, curves));
  if (isEvaluationDue(position.evaluated, position.step, schedule)) {
    const outcome = parts.shouldStop() ? 'stopped' : await evaluate(parts, position, speed);
    if (outcome === 'stopped') return { position, interrupted: true };
    await parts.saveCheckpoint(position, outcome === 'best');
  }

  /** Writes what a cadence is for; a cadence that changes by what that took is told. */
  async function writeTimed<T>(what: 'samples' | 'checkpoints', cadence: Cadence, write: () => Promise<T>): Promise<T> {
    const { result, seconds } = await clock.outside(write);
    const change = cadence.wrote(seconds);
    if (change && position.step < totalSteps) onEvent({ type: 'cadence', what, step: position.step, ...change });
    return result;
  }

  while (position.step < totalSteps) {
    // Step: what it is fed follows from its number
    speed.start();
    for (const call of feedStep(position.step)) {
      await program.run(call.name, call.feeds);
      position.images += call.images;
    }
    position.step++;
    position.seconds += speed.stop();
    clock.stepDone();
    await nextTurn(); // signals are heard here

    let stopping = parts.shouldStop();
    const last = position.step === totalSteps;

    // Tick: the only time that losses are read
    if (last || position.step % schedule.tickEverySteps === 0) {
      const sums = await program.run(functionNames.drainMeans, {}); // waits for the engine
      await checkFinite(parts, sums, position.step, schedule.tickEverySteps);
      const means = meansOf(sums);
      const vitals = isLookDue(position.health, position.step) ? await look(parts, position, means) : {};
      const { step, images, seconds, health } = position;
      const tick = {
        step,
        epoch: step / stepsPerEpoch,
        images,
        ...means,
        ...augmentMeasurement(sums),
        ...learningRates(position.step - 1),
        ...lossRatio(means, config.training.loss),
        ...vitals,
        health: health.state,
        imagesPerSecond: speed.imagesPerSecond(images),
        seconds,
      };
      await parts.confirm();
      const record = rounded(tick);
      await appendMetrics(log, record);
      curves.add(record);
      onEvent({ type: 'tick', tick, totalSteps, totalEpochs, secondsLeft: speed.secondsLeft(step, schedule) });
    }

    // Samples, and the curves beside them
    if (last || samples.isDue(position.step)) {
      await writeTimed('samples', samples, () => writeSamples(parts, position.step, curves));
    }

    // Evaluation: against the data; one that a stop ends is made when the run goes on
    const evaluationDue = !stopping && isEvaluationDue(position.evaluated, position.step, schedule);
    const evaluation = evaluationDue ? await clock.outside(() => evaluate(parts, position, speed)) : undefined;
    const outcome = evaluation?.result;
    const isBest = outcome === 'best';
    stopping ||= outcome === 'stopped';

    // Checkpoint: the best by a metric, or where all is well
    const regular = last || checkpoints.isDue(position.step);
    if (regular || stopping || isBest || (isLost(position.health) && config.training.onCollapse === 'stop')) {
      await checkFinite(parts, await program.read(meansNames), position.step, position.step - savedAt);
      const isWellNow = config.metrics.best === undefined && regular && isWell(position.health);
      const save = async () => {
        const path = await parts.saveCheckpoint(position, isBest || isWellNow);
        await saveLossCurves(log, curves); // all of the log of a run that resumes from there
        return path;
      };
      const path = await writeTimed('checkpoints', checkpoints, save);
      onEvent({ type: 'checkpoint', step: position.step, path });
      savedAt = position.step;
    }

    // Health: whether to go on
    await endIfLost(parts, position);
    if (stopping) break;
  }
  if (savedAt === totalSteps && parts.config.outputs.evolution) await writeStrip(parts);
  const isUnevaluated = isEvaluationDue(position.evaluated, position.step, schedule); // by a stop after the last step
  return { position, interrupted: savedAt < totalSteps || isUnevaluated };
}

/** Measures the generator's images. `best`: so far, by the metric that the config chooses; a lost run's never are. */
async function evaluate(
  { measure, onEvent, shouldStop }: LoopParts,
  position: Position,
  speed: Speedometer,
): Promise<'best' | 'measured' | 'stopped'> {
  const { step, evaluated: before, health } = position;
  const onProgress = (phase: string, done: number, total: number) =>
    onEvent({ type: 'measuring', step, phase, done, total });
  const found = await measureUnlessStopped(measure!, step, { shouldStop, onProgress }); // waits for the engine
  if (!found) return 'stopped';
  const { seconds, values } = found;
  const after = afterEvaluation(before, step, found);
  const isBest = after.best?.step === step && !isLost(health);
  position.evaluated = isBest ? after : { ...before, at: step };
  onEvent({ type: 'evaluation', step, isBest, share: speed.shareOfEvaluation(seconds), seconds, values });
  return isBest ? 'best' : 'measured';
}

/** Nothing is saved after a value has stopped being a number. @throws DcganError `diverged.not-finite` */
async function checkFinite(parts: LoopParts, sums: HostValues, step: number, windowSteps: number): Promise<void> {
  const bad = notNumber(sums);
  if (!bad) return;
  const what = `the ${bad.name.replace(/^means\/|-parts$/g, '')}'s loss became ${bad.value}`;
  throw await notFinite(what, [Math.max(0, step - windowSteps), step], parts);
}

/** Measures the vitals of a step and judges the run's health by them; a change of its state is told. */
async function look(parts: LoopParts, position: Position, means: Means): Promise<Vitals> {
  const { step, health: before } = position;
  const vitals = await parts.look(step); // waits for the engine
  const bad = notNumber({ ...vitals });
  if (bad) throw await notFinite(`${bad.name} became ${bad.value}`, [before.lookedAt, step], parts);
  position.health = judge(before, { ...means, ...vitals }, step, parts.config.training.loss);
  const { state, since } = position.health;
  if (state !== before.state) parts.onEvent({ type: 'health', step, state, since: since[state] ?? step });
  return vitals;
}

/** @throws DcganError `diverged.collapsed`, `diverged.losses` where the run is lost and is not to go on */
async function endIfLost({ config, bestCheckpoint }: LoopParts, { health, step }: Position): Promise<void> {
  if (isLost(health) && config.training.onCollapse !== 'warn') {
    throw lostRun(health, step, await bestCheckpoint(), config);
  }
}

/** Six digits of every measured number; counts stay whole. */
function rounded<T extends Record<string, number | string>>(values: T): T {
  const round = (value: number | string) =>
    typeof value === 'string' || Number.isInteger(value) ? value : Number(value.toPrecision(6));
  return Object.fromEntries(Object.entries(values).map(([name, value]) => [name, round(value)])) as T;
}
