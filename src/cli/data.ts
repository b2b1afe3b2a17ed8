// The data commands.
import { type PrepareOptions, prepareData } from '../commands/data-prepare.ts';
import { formatCount } from './format.ts';
import { createProgress } from './progress.ts';

const titles = { download: 'Downloading', unpack: 'Unpacking', write: 'Writing images' };

export async function runPrepare({ json, ...options }: PrepareOptions & { json?: boolean }): Promise<number> {
  const progress = createProgress();
  const result = await prepareData(options, ({ phase, done, total }) =>
    progress.update(titles[phase], done, total, ''),
  );
  progress.end();
  if (json) console.log(JSON.stringify(result));
  else
    console.log(
      `${formatCount(result.images)} images in ${result.directory}${result.skipped ? ' (they were there already; --force prepares them again)' : ''}`,
    );
  return 0;
}
