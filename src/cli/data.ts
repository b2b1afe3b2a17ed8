// The data commands.
import { prepareData } from '../commands/data-prepare.ts';
import { formatCount } from './format.ts';
import { createProgress } from './progress.ts';

interface PrepareFlags {
  set?: string;
  categories?: string;
  skinTones?: boolean;
  yellowFaces?: boolean;
  force?: boolean;
  root: string;
  json?: boolean;
}

const titles = { download: 'Downloading', unpack: 'Unpacking', write: 'Writing images' };

export async function runPrepare(dataset: string, { json, categories, ...flags }: PrepareFlags): Promise<number> {
  const progress = createProgress();
  const options = { dataset, ...flags, ...(categories === undefined ? {} : { categories: categories.split(',') }) };
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
