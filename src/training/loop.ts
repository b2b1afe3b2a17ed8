// The training loop. Everything else in src/ exists to feed this file.
import { readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { setImmediate as nextTurn } from 'node:timers/promises';
import type { Config } from '../config/config.ts';
import type { CompiledProgram, HostValues } from '../engines/engine.ts';
import { DcganError } from '../errors.ts';
import { latentsOfSeeds } from '../models/latents.ts';
import { samplerFeeds } from '../models/sampler.ts';
import { writeEvolution } from '../outputs/evolution.ts';
import { writeGrid } from '../outputs/grid.ts';
import { toPixels } from '../outputs/images.ts';
import { appendMetrics, lossesOf, readMetrics } from '../outputs/metrics-log.ts';
import { writeLossPlot } from '../outputs/plot.ts';
import type { TrainingEvent } from './events.ts';
import type { FeedStep } from './feeds.ts';
import { meansNames, meansOf } from './means.ts';
import { functionNames } from './program.ts';
import { generatorPasses, type Schedule } from './schedule.ts';

/** Where a run stands. What is not here follows from the step, or is a variable of the program. */
export interface Position {
  step: number;
  images: number;
  seconds: number;
}

export interface LoopParts {
  config: Config;
  program: CompiledProgram;
  feedStep: FeedStep;
  schedule: Schedule;
  /** results/<hash>. */
  folder: string;
  saveCheckpoint: (position: Position) => Promise<string>;
  onEvent: (event: TrainingEvent) => void;
  /** Asked after every step; true saves and ends the loop. */
  shouldStop: () => boolean;
}

/** Trains from `start` to the end of the schedule, or until it is asked to stop. Gives where it got to. */
export async function trainLoop(
  parts: LoopParts,
  start: Position,
): Promise<{ position: Position; interrupted: boolean }> {
  const { program, feedStep, schedule, onEvent } = parts;
  const { totalSteps, stepsPerEpoch } = schedule;
  const totalEpochs = totalSteps / stepsPerEpoch;
  const position = { ...start };
  const speed = createSpeedometer(start.images);
  let savedAt = position.step;
  onEvent({ type: 'start', step: position.step, totalSteps, totalEpochs });
  if (position.step === 0) await writeSamples(parts, 0);

  while (position.step < totalSteps) {
    // Step: what it is fed follows from its number
    speed.start();
    for (const call of feedStep(position.step)) {
      await program.run(call.name, call.feeds);
      position.images += call.images;
    }
    position.step++;
    position.seconds += speed.stop();
    await nextTurn(); // signals are heard here

    const stopping = parts.shouldStop();
    const last = position.step === totalSteps;
    const due = (everySteps: number) => last || position.step % everySteps === 0;

    // Tick: the only time that losses are read
    if (due(schedule.tickEverySteps)) {
      const sums = await program.run(functionNames.drainMeans, {}); // waits for the engine
      checkFinite(sums, position.step, schedule.tickEverySteps);
      const means = meansOf(sums);
      const { step, images, seconds } = position;
      const tick = {
        step,
        epoch: step / stepsPerEpoch,
        images,
        ...means,
        imagesPerSecond: speed.imagesPerSecond(images),
        seconds,
      };
      await appendMetrics(join(parts.folder, 'metrics.jsonl'), rounded(tick));
      onEvent({ type: 'tick', tick, totalSteps, totalEpochs, secondsLeft: speed.secondsLeft(position, totalSteps) });
    }

    // Samples, and the curves beside them
    if (due(schedule.samplesEverySteps)) await writeSamples(parts, position.step);

    // Checkpoint
    if (stopping || due(schedule.checkpointEverySteps)) {
      checkFinite(await program.read(meansNames), position.step, schedule.checkpointEverySteps);
      onEvent({ type: 'checkpoint', step: position.step, path: await parts.saveCheckpoint(position) });
      savedAt = position.step;
    }
    if (stopping) break;
  }
  if (savedAt === totalSteps && parts.config.outputs.evolution) await writeStrip(parts);
  return { position, interrupted: savedAt < totalSteps };
}

/** samples/<step>.png from the same latents all through the run, and loss.png. */
async function writeSamples({ config, program, folder, onEvent }: LoopParts, step: number): Promise<void> {
  const { rows, columns } = config.outputs.grid;
  const seeds = Array.from({ length: rows * columns }, (_, seed) => seed);
  const latents = latentsOfSeeds(config.generator.latent, seeds);
  const { images } = await program.run(functionNames.sample, samplerFeeds(latents, generatorPasses(config, step)));
  const path = join(folder, 'samples', `${String(step).padStart(6, '0')}.png`);
  const { height, width, channels, range } = config.data;
  await writeGrid(path, { pixels: toPixels(images!, range), height, width, channels }, { columns });
  const losses = lossesOf(await readMetrics(join(folder, 'metrics.jsonl')));
  if (losses.length > 0) await writeLossPlot(join(folder, 'loss.png'), losses, config.name);
  onEvent({ type: 'samples', step, path });
}

/** evolution.png, from the grids that the run has written. */
async function writeStrip({ config, folder }: LoopParts): Promise<void> {
  const samples = join(folder, 'samples');
  const grids = (await readdir(samples))
    .filter((name) => /^\d+\.png$/.test(name))
    .sort((a, b) => parseInt(a, 10) - parseInt(b, 10));
  if (grids.length > 1)
    await writeEvolution(
      join(folder, 'evolution.png'),
      grids.map((name) => join(samples, name)),
      config.data,
    );
}

/** Nothing is saved after a value has stopped being a number. */
function checkFinite(sums: HostValues, step: number, windowSteps: number): void {
  const bad = Object.entries(sums).find(([, values]) => values.some((value) => !Number.isFinite(value)));
  if (!bad) return;
  throw new DcganError(
    'diverged.not-finite',
    {
      happened: `Training diverged: the ${bad[0].replace('means/', '')}'s loss became ${bad[1].find((value) => !Number.isFinite(value))} between steps ${Math.max(0, step - windowSteps)} and ${step}.`,
      expected: 'The last checkpoint is from before that.',
      fix: 'Lower the learning rate or beta1, or smooth the labels, and train again.',
    },
    { data: { step } },
  );
}

/** Six digits of every measured number; counts stay whole. */
function rounded<T extends Record<string, number>>(values: T): T {
  const round = (value: number) => (Number.isInteger(value) ? value : Number(value.toPrecision(6)));
  return Object.fromEntries(Object.entries(values).map(([name, value]) => [name, round(value)])) as T;
}

const warmUpSteps = 2; // the first steps compile and allocate

/** Measures steps alone: pictures and checkpoints do not count. */
function createSpeedometer(startImages: number) {
  let began = 0;
  let measured = { steps: 0, seconds: 0 };
  let steps = 0;
  return {
    start() {
      began = performance.now();
    },
    stop(): number {
      const seconds = (performance.now() - began) / 1000;
      steps++;
      if (steps > warmUpSteps) measured = { steps: measured.steps + 1, seconds: measured.seconds + seconds };
      return seconds;
    },
    imagesPerSecond(images: number): number {
      return measured.seconds === 0 ? 0 : ((images - startImages) * (measured.steps / steps)) / measured.seconds;
    },
    secondsLeft(position: Position, totalSteps: number): number {
      return measured.steps === 0 ? Number.NaN : (measured.seconds / measured.steps) * (totalSteps - position.step);
    },
  };
}
