// Forces garbage collection, so that tests do not measure unused memory.
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';

setFlagsFromString('--expose-gc');
const collect = runInNewContext('gc') as () => void;

/** Resident memory of this process in MiB after garbage collection. */
export async function residentMiB(): Promise<number> {
  collect();
  await new Promise((resolve) => setImmediate(resolve)); // array buffers are freed by callbacks
  collect();
  return process.memoryUsage.rss() / 2 ** 20;
}
