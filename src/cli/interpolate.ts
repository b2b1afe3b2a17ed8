// The interpolate command: flags to options, the result to a line.
import { type InterpolateOptions, interpolate } from '../commands/interpolate.ts';
import { DcganError } from '../errors.ts';
import { type CheckpointFlags, whichCheckpoint } from './flags.ts';
import { formatCount } from './format.ts';
import { createProgress } from './progress.ts';
import { showSampling } from './show-sampling.ts';

type InterpolateFlags = Omit<InterpolateOptions, 'which' | 'framesPerSecond'> &
  CheckpointFlags & { from?: number; to?: number; fps?: number; json?: boolean };

export async function runInterpolate(flags: InterpolateFlags): Promise<number> {
  const { json, step, best, latest, from, to, fps, ...options } = flags;
  const ends = endsOf(from, to);
  const progress = createProgress();
  try {
    const result = await interpolate(
      {
        ...options,
        ...(ends && { seeds: ends }),
        ...(fps !== undefined && { framesPerSecond: fps }),
        which: whichCheckpoint({ step, best, latest }),
      },
      { onEvent: (event) => showSampling(event, progress) },
    );
    progress.end();
    if (result.note) progress.line(result.note);
    const { images, method, runHash, step: used, files } = result;
    if (json) console.log(JSON.stringify(result));
    else console.log(`${formatCount(images)} images, ${method}, of run ${runHash}, step ${used}: ${files[0]}`);
    return 0;
  } finally {
    progress.end();
  }
}

function endsOf(from: number | undefined, to: number | undefined): [number, number] | undefined {
  if (from === undefined && to === undefined) return undefined;
  if (from !== undefined && to !== undefined) return [from, to];
  const [given, missing] = from === undefined ? [`--to ${to}`, '--from'] : [`--from ${from}`, '--to'];
  throw new DcganError('usage.interpolation', { happened: `${given} is one end only.`, fix: `Add ${missing} SEED` });
}
