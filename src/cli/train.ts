// The train command: flags to options, events to a bar and lines, signals to a stop after the step.
import { join } from 'node:path';
import { type Inspection, inspect, type NetworkSummary } from '../commands/inspect.ts';
import type { PreparationEvent, RunOptions } from '../commands/prepare-run.ts';
import { describeDifference } from '../commands/resume-as-it-was.ts';
import { type TrainEvent, train } from '../commands/train.ts';
import type { EngineChoice } from '../engines/open.ts';
import { printable } from '../errors.ts';
import type { TrainingEvent } from '../training/events.ts';
import { describeEngine, formatEngine } from './describe-engine.ts';
import { formatCount, formatDuration, formatTable } from './format.ts';
import { type PreviewWay, showPicture } from './preview/preview.ts';
import { createProgress, type Progress } from './progress.ts';

type AnyEvent = PreparationEvent | TrainEvent | TrainingEvent;
type RunEvent = Extract<TrainEvent, { type: 'run' }>;

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
    show(event, progress);
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

function show(event: AnyEvent, progress: Progress): void {
  switch (event.type) {
    case 'data': {
      const [done, total] = [formatCount(event.done), formatCount(event.total)];
      if (event.phase === 'list') progress.update('Listing', 0, 0, `${done} images`);
      else progress.update('Decoding', event.done, event.total, `${done} of ${total} images`);
      break;
    }
    case 'engine':
      progress.end();
      for (const line of describeEngine(event.info, event.refused, event.precision)) progress.line(line);
      break;
    case 'measure':
      progress.update('Measuring convolutions', event.done, event.total, `${event.done} of ${event.total}, once here`);
      break;
    case 'dataset':
      for (const { file, reason } of event.skipped) progress.line(`Skipped ${printable(file)}: ${reason}`);
      progress.line(`Data: ${formatCount(event.images)} images in ${event.directory}.`);
      break;
    case 'memory':
      progress.line(
        `MEMORY: this training takes about ${formatCount(event.expectedMiB)} MiB, and ${formatCount(event.freeMiB)} MiB are free. A smaller training.batchSize takes less.`,
      );
      break;
    case 'run': {
      for (const { path, reason } of event.refused) progress.line(`Damaged ${path}: ${reason}; using the one before.`);
      const where = event.resumedAt > 0 ? `, going on at step ${event.resumedAt}` : '';
      const origin = event.forkedFrom && `, forked from ${event.forkedFrom.runHash} at step ${event.forkedFrom.step}`;
      progress.line(`Run ${event.hash} in ${event.results}${origin ?? ''}${where}.`);
      if (event.earlier) progress.line(describeEarlier(event.earlier));
      break;
    }
    case 'start':
      progress.update('Training', event.step, event.totalSteps, '');
      break;
    case 'health':
      progress.line(`Step ${event.step}: ${describeHealth(event)}`);
      break;
    case 'measuring':
      progress.update('Measuring', event.done, event.total, `${event.phase} at step ${event.step}`);
      break;
    case 'evaluation':
      progress.line(describeEvaluation(event));
      break;
    case 'rollback':
      progress.line(`${event.reason}`);
      progress.line(
        `Back at step ${event.step}, try ${event.rollbacks} of ${event.rollbackTries}: on with other latents and another order of the data.`,
      );
      break;
    case 'tick':
      progress.update('Training', event.tick.step, event.totalSteps, describeTick(event));
      break;
  }
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

function describeEarlier({ runHash, differences }: NonNullable<RunEvent['earlier']>): string {
  const [first, ...rest] = differences;
  const more = rest.length > 0 ? ` (and ${rest.length} more)` : '';
  const what = first ? `${describeDifference(first)}${more}` : 'it was made by another version';
  return `Run ${runHash} of this name is another: ${what}. To go on from it: add --fork ${runHash}.`;
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
    tick.health,
    `${tick.imagesPerSecond.toFixed(0)} img/s`,
    `${formatDuration(secondsLeft)} left`,
  ].join(' · ');
}

/** The numbers with the data's in parentheses, and what measuring costs. */
function describeEvaluation({
  step,
  values,
  seconds,
  share,
  isBest,
}: Extract<TrainingEvent, { type: 'evaluation' }>): string {
  const number = (value: number) => (Number.isFinite(value) ? Number(value.toPrecision(4)).toString() : 'no number');
  const parts = values.map(({ name, value, ofData }) =>
    ofData === undefined ? `${name} ${number(value)}` : `${name} ${number(value)} (data ${number(ofData)})`,
  );
  const cost = `measured in ${seconds.toFixed(1)} s, ${(100 * share).toFixed(1)} % of the time so far`;
  return `Step ${step}: ${parts.join(', ')}${isBest ? '; the best so far' : ''}; ${cost}.`;
}

function describeHealth({ state, since }: Extract<TrainingEvent, { type: 'health' }>): string {
  const meaning = {
    healthy: 'nothing is found any more',
    'discriminator winning': 'it tells real from generated nearly always; the generator may learn no more',
    'generator winning': 'the discriminator takes nearly all generated images for real',
    collapsed: 'the generator makes one image, or a few',
    diverged: 'a loss is beyond all bounds',
  };
  return `${state}${state === 'healthy' ? ' again' : ` since step ${since}`}: ${meaning[state]}.`;
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

function describeInspection({
  config,
  runHash,
  generator,
  discriminator,
  data,
  training,
  engine,
  memory,
}: Inspection): string {
  return [
    JSON.stringify(config, null, 2),
    networkTable('Generator', generator),
    networkTable('Discriminator', discriminator),
    `Data: ${formatCount(data.images)} images in ${data.folder}, read as [${data.height}, ${data.width}, ${data.channels}]${data.skipped > 0 ? `, ${data.skipped} skipped` : ''}.`,
    `Length: ${formatCount(training.steps)} steps, ${formatCount(training.epochs)} epochs of ${formatCount(training.stepsPerEpoch)} steps.`,
    `${formatEngine(engine)}.`,
    ...engine.refused.map(({ name, reason }) => `  not ${name}: ${reason}`),
    ...(memory
      ? [`Memory: about ${formatCount(memory.expectedMiB)} MiB, of ${formatCount(memory.freeMiB)} MiB free.`]
      : []),
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
