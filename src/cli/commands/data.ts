// The data commands: map flags to options and show progress.
import { type PrepareOptions, prepareData } from '../../commands/data-prepare.ts';
import { printable } from '../../errors.ts';
import { formatCount } from '../output/format.ts';
import type { Cli, Outcome } from '../output/outcome.ts';

const titles = { download: 'Downloading', unpack: 'Unpacking', write: 'Writing images' };

export async function runPrepare(options: PrepareOptions, { progress, stop }: Cli): Promise<Outcome> {
  const result = await prepareData(options, ({ phase, done, total }) => {
    stop.signal.throwIfAborted();
    progress.update(titles[phase], done, total);
  });
  const already = result.skipped ? ' (already prepared; --force prepares them again)' : '';
  return { result, text: `${formatCount(result.images)} images in ${printable(result.directory)}${already}` };
}
