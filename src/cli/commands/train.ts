// The train command: maps flags to options, and draws events as a progress bar and lines.
import { join } from 'node:path';
import { inspect } from '../../commands/inspect.ts';
import { type TrainResult, train } from '../../commands/train.ts';
import type { EngineChoice } from '../../engines/open.ts';
import { printable } from '../../errors.ts';
import type { RunOptions } from '../../training/start/prepare-run.ts';
import { describeInspection } from '../output/describe-inspection.ts';
import type { Cli, Outcome } from '../output/outcome.ts';
import type { Progress } from '../output/progress.ts';
import { type AnyEvent, showTraining } from '../output/show-training.ts';
import { type PreviewMethod, showPicture } from '../preview/preview.ts';
import { typedDataFolder } from '../typed-path.ts';

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
  verifyData?: boolean;
  dryRun?: boolean;
  preview?: PreviewMethod;
  device?: string;
  root: string;
}

export async function runTrain(flags: TrainFlags, { progress, stop }: Cli): Promise<Outcome> {
  const options = { ...runOptions(flags), fresh: flags.fresh ?? false };
  const { signal } = stop;
  if (flags.dryRun) {
    const result = await inspect(options, (event) => showTraining(event, progress), signal);
    return { result, text: describeInspection(result) };
  }
  const previews = createPreviews(flags.preview, progress);
  const onEvent = (event: AnyEvent) => {
    if (event.type === 'start') stop.takeTime();
    showTraining(event, progress);
    previews.show(event);
  };
  const result = await train(options, { onEvent, signal, shouldStop: () => signal.aborted });
  await previews.end();
  return { result, text: describeEnd(result, flags), exitCode: result.interrupted ? stop.exitCode() : 0 };
}

function runOptions({ epochs, seed, precision, set, ...flags }: TrainFlags): RunOptions {
  const flagged = { 'training.epochs': epochs, seed, 'training.precision': precision };
  const overrides = Object.entries(flagged).flatMap(([key, value]) => (value === undefined ? [] : [`${key}=${value}`]));
  const data = flags.data === undefined ? {} : { data: typedDataFolder(flags.data, flags.root) };
  return { ...flags, ...data, set: [...set, ...overrides] };
}

/** Shows the sample grids one after another while training continues. */
function createPreviews(method: PreviewMethod | undefined, progress: Progress) {
  let last = Promise.resolve();
  async function preview(step: number, path: string, how: PreviewMethod): Promise<void> {
    progress.line(`Samples at step ${step}:`);
    await showPicture(path, how, progress);
  }
  return {
    show(event: AnyEvent): void {
      if (method && event.type === 'samples') last = last.then(() => preview(event.step, event.path, method));
    },
    end: () => last,
  };
}

function describeEnd(result: TrainResult, { root }: TrainFlags): string {
  const place = (path: string) => printable(root === '.' ? path : join(root, path));
  const files = [...result.files.map(place), `${place(result.checkpoints)}/`];
  return [
    describeLength(result),
    ...files.map((file) => `  ${file}`),
    `Next: dcgan sample --checkpoint ${result.runHash} --out samples.png`,
  ].join('\n');
}

function describeLength({ runHash, step, totalSteps, longer, interrupted }: TrainResult): string {
  if (interrupted) return `Stopped at step ${step} and saved. The same command resumes from there.`;
  if (longer === undefined) return `Done: run ${runHash}, ${step} steps.`;
  return [
    `Nothing to train: run ${runHash} is already at step ${step}, and the config ends at step ${totalSteps}.`,
    `To train it further, give ${longer} in place of the present length. To start over with fewer steps, add --fresh.`,
  ].join('\n');
}
