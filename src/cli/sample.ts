// The sample command: flags to options, the result to a line.
import { type SampleOptions, sample } from '../commands/sample.ts';
import { DcganError } from '../errors.ts';
import { type CheckpointFlags, whichCheckpoint } from './flags.ts';
import { formatCount } from './format.ts';
import { createProgress } from './progress.ts';
import { showSampling } from './show-sampling.ts';

type SampleFlags = Omit<SampleOptions, 'which'> & CheckpointFlags & { json?: boolean };

export async function runSample({ json, step, best, latest, ...options }: SampleFlags): Promise<number> {
  if (options.format && options.separate === undefined) throw formatAlone(options.format);
  const progress = createProgress();
  try {
    const which = whichCheckpoint({ step, best, latest });
    const result = await sample({ ...options, which }, { onEvent: (event) => showSampling(event, progress) });
    progress.end();
    const place = options.separate ?? result.files[0];
    if (json) console.log(JSON.stringify(result));
    else console.log(`${formatCount(result.images)} images of run ${result.runHash}, step ${result.step}: ${place}`);
    return 0;
  } finally {
    progress.end();
  }
}

function formatAlone(format: string): DcganError {
  const happened = `--format ${format} is for the files of --separate.`;
  return new DcganError('usage.format', {
    happened,
    expected: "A picture's format follows its name.",
    fix: `--out samples.${format}`,
  });
}
