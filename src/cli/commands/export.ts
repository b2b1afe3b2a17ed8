// The export command: maps flags to options and prints the result as a line.
import { type ExportOptions, exportGenerator } from '../../commands/export.ts';
import { printable } from '../../errors.ts';
import type { SamplingEvent } from '../../sampling/sampling.ts';
import { chooseCheckpoint } from '../choose-checkpoint.ts';
import { type CheckpointFlags, whichCheckpoint } from '../flags.ts';
import { formatCount } from '../output/format.ts';
import type { Cli, Outcome } from '../output/outcome.ts';
import { showSampling } from '../output/show-sampling.ts';

type ExportFlags = Omit<ExportOptions, 'checkpoint' | 'which'> & CheckpointFlags;

export async function runExport(
  { step, best, latest, ...flags }: ExportFlags,
  { progress, stop }: Cli,
): Promise<Outcome> {
  const { checkpoint, chosen } = await chooseCheckpoint({ ...flags, step, best }, progress);
  const io = { onEvent: (event: SamplingEvent) => showSampling(event, progress), signal: stop.signal };
  const result = await exportGenerator({ ...flags, checkpoint, which: whichCheckpoint({ step, best }) }, io);
  const { format, out, files, bytes, runHash, refused } = result;
  for (const { path, reason } of refused) progress.line(`Skipped ${printable(path)}: ${printable(reason)}`);
  const what = files.length === 1 ? '' : `${files.length} files, `;
  const size = `${what}${formatCount(bytes / 1e6)} MB`;
  return {
    result: { ...result, ...chosen },
    text: `${format} of run ${runHash}, step ${result.step} (${size}): ${printable(out)}`,
  };
}
