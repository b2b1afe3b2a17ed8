// The export command: flags to options, the result to a line.
import { type ExportOptions, exportGenerator } from '../commands/export.ts';
import { formatCount } from './format.ts';
import { createProgress } from './progress.ts';
import { showSampling } from './show-sampling.ts';

export async function runExport({ json, ...options }: ExportOptions & { json?: boolean }): Promise<number> {
  const progress = createProgress();
  try {
    const result = await exportGenerator(options, { onEvent: (event) => showSampling(event, progress) });
    const { format, out, files, bytes, runHash, step, refused } = result;
    for (const { path, reason } of refused) progress.line(`Damaged ${path}: ${reason}`);
    progress.end();
    const what = files.length === 1 ? '' : `${files.length} files, `;
    if (json) console.log(JSON.stringify(result));
    else console.log(`${format} of run ${runHash}, step ${step} (${what}${formatCount(bytes / 1e6)} MB): ${out}`);
    return 0;
  } finally {
    progress.end();
  }
}
