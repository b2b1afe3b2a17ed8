// The sample command: flags to options, the result to a line.
import { type SampleOptions, sample } from '../commands/sample.ts';

export async function runSample({ json, ...options }: SampleOptions & { json?: boolean }): Promise<number> {
  const result = await sample(options);
  if (json) console.log(JSON.stringify(result));
  else console.log(`${result.images} images of run ${result.runHash}, step ${result.step}: ${result.out}`);
  return 0;
}
