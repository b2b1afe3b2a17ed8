// Memory that JavaScript no longer uses is given back at once, so that what a test measures is not garbage.
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';

setFlagsFromString('--expose-gc');
const collect = runInNewContext('gc') as () => void;

/** Resident memory of this process in MiB, without garbage. */
export async function residentMiB(): Promise<number> {
  collect();
  await new Promise((resolve) => setImmediate(resolve)); // array buffers are freed by callbacks
  collect();
  return process.memoryUsage.rss() / 2 ** 20;
}
