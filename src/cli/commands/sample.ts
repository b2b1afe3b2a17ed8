// The sample command: maps flags to options and prints the result as a line.
import { type SampleOptions, sample } from '../../commands/sample.ts';
import { DcganError, printable } from '../../errors.ts';
import type { SamplingEvent } from '../../sampling/sampling.ts';
import { chooseCheckpoint } from '../choose-checkpoint.ts';
import { type CheckpointFlags, whichCheckpoint } from '../flags.ts';
import { formatCount } from '../output/format.ts';
import type { Cli, Outcome } from '../output/outcome.ts';
import { showSampling } from '../output/show-sampling.ts';
import { type PreviewMethod, showPicture } from '../preview/preview.ts';

type SampleFlags = Omit<SampleOptions, 'which' | 'checkpoint'> & CheckpointFlags & { preview?: PreviewMethod };

export async function runSample(flags: SampleFlags, { progress, stop }: Cli): Promise<Outcome> {
  const { preview, step, best, latest, ...options } = flags;
  if (options.format && options.separate === undefined) throw formatAlone(options.format);
  const io = { onEvent: (event: SamplingEvent) => showSampling(event, progress), signal: stop.signal };
  const { checkpoint, chosen } = await chooseCheckpoint(flags, progress);
  const result = await sample({ ...options, checkpoint, which: whichCheckpoint({ step, best, latest }) }, io);
  const { images, runHash, files } = result;
  if (preview) await showPicture(files[0]!, preview, progress);
  const place = printable(options.separate ?? files[0]!);
  return {
    result: { ...result, ...chosen },
    text: `${formatCount(images)} ${images === 1 ? 'image' : 'images'} of run ${runHash}, step ${result.step}: ${place}`,
  };
}

function formatAlone(format: string): DcganError {
  const happened = `--format ${format} applies only to --separate.`;
  return new DcganError('usage.format', {
    happened,
    expected: "With --out the file's extension sets the format.",
    fix: `--out samples.${format}`,
  });
}
