// Shows training events as lines and a progress bar.

import type { TrainEvent } from '../../commands/train.ts';
import { printable } from '../../errors.ts';
import type { TrainingEvent } from '../../training/events.ts';
import { describeDifference } from '../../training/start/check-resume.ts';
import type { PreparationEvent } from '../../training/start/prepare-run.ts';
import { describeEngine } from './describe-engine.ts';
import { formatCount, formatDuration } from './format.ts';
import type { Progress } from './progress.ts';
import type { Note } from './progress-line.ts';

export type AnyEvent = PreparationEvent | TrainEvent | TrainingEvent;
type RunEvent = Extract<TrainEvent, { type: 'run' }>;

export function showTraining(event: AnyEvent, progress: Progress): void {
  switch (event.type) {
    case 'data': {
      const [done, total] = [formatCount(event.done), formatCount(event.total)];
      if (event.phase === 'list') progress.update('Listing', 0, 0, `${done} images`);
      else progress.update('Decoding', event.done, event.total, `${done} of ${total} images`);
      break;
    }
    case 'engine':
      progress.end();
      for (const line of describeEngine(event.info, event.notChosen, event.precision)) progress.line(line);
      break;
    case 'tuning':
      progress.update(
        'Tuning convolutions',
        event.done,
        event.total,
        `${event.done} of ${event.total}, once per machine`,
      );
      break;
    case 'dataset':
      for (const { file, reason } of event.skipped) progress.line(`Skipped ${printable(file)}: ${printable(reason)}`);
      for (const note of event.notes) progress.line(printable(note));
      progress.line(`Data: ${formatCount(event.images)} images in ${printable(event.directory)}.`);
      break;
    case 'warning':
      progress.line(`Design note: ${event.message}`);
      break;
    case 'memory':
      progress.line(
        `Warning: training needs about ${formatCount(event.expectedMiB)} MiB of memory, but only ${formatCount(event.freeMiB)} MiB are free. A smaller training.batchSize needs less.`,
      );
      break;
    case 'lock':
      progress.line(describeWait(event));
      break;
    case 'run': {
      for (const { path, reason } of event.refused)
        progress.line(`Damaged ${printable(path)}: ${printable(reason)}; using the one before it.`);
      const where = event.resumedAt > 0 ? `, resumed at step ${event.resumedAt}` : '';
      const origin = event.forkedFrom && `, forked from ${event.forkedFrom.runHash} at step ${event.forkedFrom.step}`;
      progress.line(`Run ${event.hash} in ${printable(event.results)}${origin ?? ''}${where}.`);
      if (event.newName)
        progress.line(`It keeps its name from an earlier version; this version would name it ${event.newName}.`);
      if (event.replaced) progress.line(describeReplaced(event.replaced));
      if (event.earlier) progress.line(describeEarlier(event.earlier));
      break;
    }
    case 'start':
      progress.update('Training', event.step, event.totalSteps);
      break;
    case 'health':
      progress.line(`Step ${event.step}: ${describeHealth(event)}`);
      break;
    case 'cadence':
      progress.line(describeCadence(event));
      break;
    case 'evaluating':
      progress.update('Evaluating', event.done, event.total, `${event.phase} at step ${event.step}`);
      break;
    case 'evaluation':
      progress.line(describeEvaluation(event));
      break;
    case 'rollback':
      progress.line(event.reason);
      progress.line(
        `Rolled back to step ${event.step}, attempt ${event.rollbacks} of ${event.rollbackTries}, with other latents and another data order.`,
      );
      break;
    case 'tick':
      progress.update('Training', event.tick.step, event.totalSteps, describeTick(event));
      break;
  }
}

function describeWait({ pid, host, sinceRenewalMs, leaseMs }: Extract<TrainEvent, { type: 'lock' }>): string {
  const who = pid === undefined ? 'A process' : `Process ${pid} on ${host}`;
  const [since, wait] = [sinceRenewalMs, leaseMs].map((ms) => formatDuration(Math.round(ms / 1000)));
  return `${who} held this run ${since} ago. Waiting up to ${wait} for a sign that it is still alive.`;
}

function describeReplaced(folders: NonNullable<RunEvent['replaced']>): string {
  const quote = (path: string) => (/^[\w./-]+$/.test(path) ? path : `'${path.replaceAll("'", `'\\''`)}'`);
  const moves = folders.map(({ from, to }) => `rm -r ${quote(from)}; mv ${quote(to)} ${quote(from)}`);
  return `The earlier run is set aside until the next --fresh. To restore it: ${moves.join('; ')}`;
}

function describeEarlier({ runHash, differences, fork }: NonNullable<RunEvent['earlier']>): string {
  const [first, ...rest] = differences;
  const more = rest.length > 0 ? ` (and ${rest.length} more)` : '';
  const what = first ? `${describeDifference(first)}${more}` : 'it was made by another version';
  const advice = fork ? ` To start from its weights, add ${fork}.` : '';
  return `Run ${runHash} has the same config name but differs: ${what}.${advice}`;
}

/** A narrow terminal drops the least important parts. */
function describeTick({ tick, totalSteps, totalEpochs, secondsLeft }: Extract<TrainingEvent, { type: 'tick' }>): Note {
  const passedLastProbe = tick.health === 'healthy';
  return [
    { text: `epoch ${tick.epoch.toFixed(totalEpochs < 10 ? 2 : 1)}/${formatCount(totalEpochs)}`, importance: 3 },
    { text: `step ${tick.step}/${totalSteps}`, importance: 6 },
    { text: `D ${tick.discriminatorLoss.toFixed(3)}`, importance: 4 },
    { text: `G ${tick.generatorLoss.toFixed(3)}`, importance: 4 },
    { text: tick.health, importance: passedLastProbe ? 1 : 5 },
    { text: `${tick.imagesPerSecond.toFixed(0)} img/s`, importance: 2 },
    { text: `${formatDuration(secondsLeft)} left`, importance: 7 },
  ];
}

function describeCadence({ what, everySteps, ofSteps, share }: Extract<TrainingEvent, { type: 'cadence' }>): string {
  const [name, key] = {
    samples: ['Sample grids', 'outputs.samplesEvery'],
    checkpoints: ['Checkpoints', 'outputs.checkpointEvery'],
  }[what] as [string, string];
  const now = everySteps === ofSteps ? 'every epoch' : `every ${formatCount(everySteps)} steps`;
  return `${name} ${now} from now on: one per epoch would take ${(100 * share).toFixed(0)} % of the time. ${key} sets it.`;
}

/** Metric values, with those of the data in parentheses, and the time they took. */
function describeEvaluation({
  step,
  values,
  seconds,
  share,
  isBest,
}: Extract<TrainingEvent, { type: 'evaluation' }>): string {
  const number = (value: number) => (Number.isFinite(value) ? Number(value.toPrecision(4)).toString() : 'not a number');
  const parts = values.map(({ name, value, ofData }) =>
    ofData === undefined ? `${name} ${number(value)}` : `${name} ${number(value)} (data ${number(ofData)})`,
  );
  const cost = `evaluated in ${seconds.toFixed(1)} s, ${(100 * share).toFixed(1)} % of the time so far`;
  return `Step ${step}: ${parts.join(', ')}${isBest ? '; the best so far' : ''}; ${cost}.`;
}

function describeHealth({ state, since }: Extract<TrainingEvent, { type: 'health' }>): string {
  const meaning = {
    healthy: 'all checks pass',
    'discriminator winning': 'the discriminator is almost always right; the generator may stop learning',
    'generator winning': 'the discriminator classifies almost all generated images as real',
    collapsed: 'the generator produces only one image, or a few',
    diverged: 'a loss exceeds its limit',
  };
  return `${state}${state === 'healthy' ? ' again' : ` since step ${since}`}: ${meaning[state]}.`;
}
