// The interpolate command: maps flags to options and prints the result as a line.
import { type InterpolateOptions, interpolate } from '../../commands/interpolate.ts';
import { DcganError, printable } from '../../errors.ts';
import { chooseCheckpoint } from '../choose-checkpoint.ts';
import { type CheckpointFlags, whichCheckpoint } from '../flags.ts';
import { formatCount } from '../output/format.ts';
import type { Cli, Outcome } from '../output/outcome.ts';
import { showSampling } from '../output/show-sampling.ts';
import { type PreviewMethod, showPicture } from '../preview/preview.ts';

type InterpolateFlags = Omit<InterpolateOptions, 'which' | 'checkpoint' | 'framesPerSecond'> &
  CheckpointFlags & { from?: number; to?: number; fps?: number; preview?: PreviewMethod };

export async function runInterpolate(flags: InterpolateFlags, { progress, stop }: Cli): Promise<Outcome> {
  const { preview, step, best, latest, from, to, fps, ...options } = flags;
  const ends = endsOf(from, to);
  const { checkpoint, chosen } = await chooseCheckpoint(flags, progress);
  const result = await interpolate(
    {
      ...options,
      checkpoint,
      ...(ends && { seeds: ends }),
      ...(fps !== undefined && { framesPerSecond: fps }),
      which: whichCheckpoint({ step, best, latest }),
    },
    { onEvent: (event) => showSampling(event, progress), signal: stop.signal },
  );
  if (result.note) progress.line(result.note);
  const { images, method, runHash, step: used, files } = result;
  if (preview) await showPicture(files[0]!, preview, progress);
  const text = `${formatCount(images)} images, ${method}, of run ${runHash}, step ${used}: ${printable(files[0]!)}`;
  return { result: { ...result, ...chosen }, text };
}

function endsOf(from: number | undefined, to: number | undefined): [number, number] | undefined {
  if (from === undefined && to === undefined) return undefined;
  if (from !== undefined && to !== undefined) return [from, to];
  const [given, missing] = from === undefined ? [`--to ${to}`, '--from'] : [`--from ${from}`, '--to'];
  throw new DcganError('usage.interpolation', {
    happened: `${given} was given without ${missing}.`,
    fix: `Add ${missing} SEED`,
  });
}
