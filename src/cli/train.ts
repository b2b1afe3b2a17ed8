// The train command: flags to options, events to a bar and lines, signals to a stop after the step.
import { join } from 'node:path';
import { type Inspection, inspect, type NetworkSummary } from '../commands/inspect.ts';
import type { PreparationEvent, RunOptions } from '../commands/prepare-run.ts';
import { type TrainEvent, train } from '../commands/train.ts';
import type { TrainingEvent } from '../training/events.ts';
import { formatCount, formatDuration, formatEngine, formatTable } from './format.ts';
import { createProgress, type Progress } from './progress.ts';

interface TrainFlags {
  config: string;
  set: string[];
  data?: string;
  epochs?: number;
  seed?: number;
  precision?: string;
  fresh?: boolean;
  dryRun?: boolean;
  engine: RunOptions['engine'];
  device?: string;
  root: string;
  json?: boolean;
}

export async function runTrain(flags: TrainFlags): Promise<number> {
  const options = { ...runOptions(flags), fresh: flags.fresh ?? false };
  const progress = createProgress();
  if (flags.dryRun) return dryRun(options, progress, flags.json ?? false);
  const stop = listenForStop(progress);
  try {
    const result = await train(options, { onEvent: (event) => show(event, progress), shouldStop: stop.asked });
    progress.end();
    if (flags.json) console.log(JSON.stringify(result));
    else console.log(describeEnd(result, flags));
    return result.interrupted ? stop.exitCode() : 0;
  } finally {
    progress.end();
    stop.end();
  }
}

function runOptions({ config, set, data, epochs, seed, precision, engine, device, root }: TrainFlags): RunOptions {
  const short = { 'training.epochs': epochs, seed, 'training.precision': precision };
  const overrides = Object.entries(short).flatMap(([key, value]) => (value === undefined ? [] : [`${key}=${value}`]));
  return {
    config,
    set: [...set, ...overrides],
    engine,
    root,
    ...(data !== undefined && { data }),
    ...(device !== undefined && { device }),
  };
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

function show(event: PreparationEvent | TrainEvent | TrainingEvent, progress: Progress): void {
  switch (event.type) {
    case 'data': {
      const [done, total] = [formatCount(event.done), formatCount(event.total)];
      if (event.phase === 'list') progress.update('Listing', 0, 0, `${done} images`);
      else progress.update('Decoding', event.done, event.total, `${done} of ${total} images`);
      break;
    }
    case 'engine': {
      progress.end();
      const precision = event.precision.replace('_', ' ');
      for (const refused of event.refused) progress.line(`Engine ${refused.name}: ${refused.reason}.`);
      progress.line(`${formatEngine(event.info)}, ${precision}.`);
      if (event.info.unusedGpu) progress.line(`GPU NOT USED: ${event.info.unusedGpu}`);
      break;
    }
    case 'measure':
      progress.update('Measuring convolutions', event.done, event.total, `${event.done} of ${event.total}, once here`);
      break;
    case 'dataset':
      for (const { file, reason } of event.skipped) progress.line(`Skipped ${file}: ${reason}`);
      progress.line(`Data: ${formatCount(event.images)} images in ${event.directory}.`);
      break;
    case 'run': {
      for (const { path, reason } of event.refused) progress.line(`Damaged ${path}: ${reason}; using the one before.`);
      const where = event.resumedAt > 0 ? `, going on at step ${event.resumedAt}` : '';
      progress.line(`Run ${event.hash} in ${event.results}${where}.`);
      break;
    }
    case 'start':
      progress.update('Training', event.step, event.totalSteps, '');
      break;
    case 'tick':
      progress.update('Training', event.tick.step, event.totalSteps, describeTick(event));
      break;
  }
}

function describeTick({
  tick,
  totalSteps,
  totalEpochs,
  secondsLeft,
}: Extract<TrainingEvent, { type: 'tick' }>): string {
  return [
    `epoch ${tick.epoch.toFixed(totalEpochs < 10 ? 2 : 1)}/${formatCount(totalEpochs)}`,
    `step ${tick.step}/${totalSteps}`,
    `D ${tick.discriminatorLoss.toFixed(3)}`,
    `G ${tick.generatorLoss.toFixed(3)}`,
    `${tick.imagesPerSecond.toFixed(0)} img/s`,
    `${formatDuration(secondsLeft)} left`,
  ].join(' · ');
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
  const inspection = await inspect(options, (event) => show(event, progress));
  progress.end();
  console.log(json ? JSON.stringify(inspection) : describeInspection(inspection));
  return 0;
}

function describeInspection({ config, runHash, generator, discriminator, data, training, engine }: Inspection): string {
  return [
    JSON.stringify(config, null, 2),
    networkTable('Generator', generator),
    networkTable('Discriminator', discriminator),
    `Data: ${formatCount(data.images)} images in ${data.folder}, read as [${data.height}, ${data.width}, ${data.channels}]${data.skipped > 0 ? `, ${data.skipped} skipped` : ''}.`,
    `Length: ${formatCount(training.steps)} steps, ${formatCount(training.epochs)} epochs of ${formatCount(training.stepsPerEpoch)} steps.`,
    `${formatEngine(engine)}.`,
    ...engine.refused.map(({ name, reason }) => `  not ${name}: ${reason}`),
    `Run ${runHash}. Nothing was written.`,
  ].join('\n\n');
}

function networkTable(title: string, { layers, parameters, trainable, input }: NetworkSummary): string {
  const rows = layers.map(({ index, type, output, parameters: count }) => [
    String(index),
    type,
    `[${output.join(', ')}]`,
    formatCount(count),
  ]);
  const table = formatTable(
    [['', 'layer', 'output', 'parameters'], ['', 'input', `[${input.join(', ')}]`, ''], ...rows],
    [0, 3],
  );
  return `${title}: ${formatCount(parameters)} parameters, ${formatCount(trainable)} trainable\n${table}`;
}
