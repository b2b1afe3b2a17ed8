// The train command: flags to options, events to a bar and lines, signals to a stop after the step.
import { join } from 'node:path';
import { inspect } from '../commands/inspect.ts';
import type { RunOptions } from '../commands/prepare-run.ts';
import { train } from '../commands/train.ts';
import type { EngineChoice } from '../engines/open.ts';
import { describeInspection } from './describe-inspection.ts';
import { type PreviewWay, showPicture } from './preview/preview.ts';
import { createProgress, type Progress } from './progress.ts';
import { type AnyEvent, showTraining } from './show-training.ts';

interface TrainFlags extends EngineChoice {
  config?: string;
  set: string[];
  data?: string;
  resume?: string;
  fork?: string;
  epochs?: number;
  seed?: number;
  precision?: string;
  fresh?: boolean;
  dryRun?: boolean;
  preview?: PreviewWay;
  device?: string;
  root: string;
  json?: boolean;
}

export async function runTrain(flags: TrainFlags): Promise<number> {
  const options = { ...runOptions(flags), fresh: flags.fresh ?? false };
  const progress = createProgress();
  if (flags.dryRun) return dryRun(options, progress, flags.json ?? false);
  const stop = listenForStop(progress);
  const previews = createPreviews(flags.preview, progress);
  const onEvent = (event: AnyEvent) => {
    showTraining(event, progress);
    previews.show(event);
  };
  try {
    const result = await train(options, { onEvent, shouldStop: stop.asked });
    await previews.end();
    progress.end();
    if (flags.json) console.log(JSON.stringify(result));
    else console.log(describeEnd(result, flags));
    return result.interrupted ? stop.exitCode() : 0;
  } finally {
    progress.end();
    stop.end();
  }
}

function runOptions({ epochs, seed, precision, set, ...flags }: TrainFlags): RunOptions {
  const short = { 'training.epochs': epochs, seed, 'training.precision': precision };
  const overrides = Object.entries(short).flatMap(([key, value]) => (value === undefined ? [] : [`${key}=${value}`]));
  return { ...flags, set: [...set, ...overrides] };
}

/** By POSIX's convention 128 + the signal's number. */
const signalExitCodes = { SIGINT: 130, SIGTERM: 143, SIGHUP: 129 } as const;
type StopSignal = keyof typeof signalExitCodes;

/** The first signal asks for a stop after the step; a second one leaves at once. What is being written then is whole or not there. */
function listenForStop(progress: Progress): { asked: () => boolean; exitCode: () => number; end: () => void } {
  let heard: StopSignal | undefined;
  const onSignal = (signal: StopSignal) => {
    if (heard) process.exit(signalExitCodes[signal]);
    heard = signal;
    progress.line('Stopping: finishing the step and saving. Once more leaves at once.');
  };
  const signals = Object.keys(signalExitCodes) as StopSignal[];
  for (const signal of signals) process.on(signal, onSignal);
  return {
    asked: () => heard !== undefined,
    exitCode: () => signalExitCodes[heard ?? 'SIGINT'],
    end: () => {
      for (const signal of signals) process.removeListener(signal, onSignal);
    },
  };
}

/** Shows the sample grids, one after the other, while training goes on. */
function createPreviews(way: PreviewWay | undefined, progress: Progress) {
  let last = Promise.resolve();
  async function preview(step: number, path: string, how: PreviewWay): Promise<void> {
    progress.line(`Samples at step ${step}:`);
    await showPicture(path, how, progress.draw);
  }
  return {
    show(event: AnyEvent): void {
      if (way && event.type === 'samples') last = last.then(() => preview(event.step, event.path, way));
    },
    end: () => last,
  };
}

function describeEnd(result: Awaited<ReturnType<typeof train>>, { root }: TrainFlags): string {
  const place = (path: string) => (root === '.' ? path : join(root, path));
  const head = result.interrupted
    ? `Stopped at step ${result.step} and saved. The same command goes on from there.`
    : `Done: run ${result.runHash}, ${result.step} steps.`;
  const files = [...result.files.map(place), `${place(result.checkpoints)}/`];
  return [
    head,
    ...files.map((file) => `  ${file}`),
    `Next: dcgan sample --checkpoint ${result.runHash} --out samples.png`,
  ].join('\n');
}

async function dryRun(options: RunOptions, progress: Progress, json: boolean): Promise<number> {
  const inspection = await inspect(options, (event) => showTraining(event, progress));
  progress.end();
  console.log(json ? JSON.stringify(inspection) : describeInspection(inspection));
  return 0;
}
