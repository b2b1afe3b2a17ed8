// The bench command: maps flags to options and prints the result as a table.
import { type BenchEvent, type BenchResult, bench } from '../../commands/bench.ts';
import type { EngineChoice } from '../../engines/open.ts';
import { printable } from '../../errors.ts';
import { formatEngine } from '../output/describe-engine.ts';
import { formatCount, formatTable } from '../output/format.ts';
import type { Cli, Outcome } from '../output/outcome.ts';
import type { Progress } from '../output/progress.ts';

interface BenchFlags extends EngineChoice {
  config: string;
  set: string[];
  seconds: number;
  precision?: string;
  root: string;
}

export async function runBench({ precision, set, ...flags }: BenchFlags, { progress, stop }: Cli): Promise<Outcome> {
  const options = { ...flags, set: precision === undefined ? set : [...set, `training.precision=${precision}`] };
  const onEvent = (event: BenchEvent) => show(event, flags.seconds, progress);
  const { signal } = stop;
  const result = await bench(options, { onEvent, signal, shouldStop: () => signal.aborted });
  return { result, text: describe(result, flags.seconds), exitCode: result.interrupted ? stop.exitCode() : 0 };
}

function show(event: BenchEvent, seconds: number, progress: Progress): void {
  if (event.type === 'engine') {
    progress.line(`${formatEngine(event.info)}, ${event.precision.replace('_', ' ')}.`);
  } else if (event.type === 'tuning') {
    progress.update(
      'Tuning convolutions',
      event.done,
      event.total,
      `${event.done} of ${event.total}, once per machine`,
    );
  } else {
    progress.update('Timing steps', Math.min(event.seconds, seconds), seconds, `${event.seconds.toFixed(0)} s`);
  }
}

function describe(result: BenchResult, seconds: number): string {
  const { median, least, most } = result.msPerStep;
  const rows = [
    ['ms per step', median.toFixed(1), `${least.toFixed(1)} to ${most.toFixed(1)} in ${result.steps} steps`],
    ['images per second', formatCount(Math.round(result.imagesPerSecond)), `batch ${result.batchSize}`],
    ['seconds per 1,000 images', result.secondsPer1000Images.toFixed(2), ''],
    ['seconds to compile', result.compileSeconds.toFixed(1), ''],
    ['seconds of the first step', result.firstStepSeconds.toFixed(1), ''],
    ['peak memory, MiB', formatCount(Math.round(result.peakMiB)), ''],
  ];
  const early = result.interrupted ? ` (stopped early, before ${seconds} s had been timed)` : '';
  return `${printable(result.name)}${early}\n${formatTable(rows, [1])}`;
}
