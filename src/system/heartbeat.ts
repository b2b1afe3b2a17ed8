// Renews a lock from its own thread, so that renewals continue while the main thread is busy in native code.
import { Worker } from 'node:worker_threads';
import type { OwnLock } from './lock-file.ts';

export interface Heartbeat {
  /** Whether a renewal was ever so late that another process may be taking the lock over. */
  hasLapsed(): boolean;
  /** Clears `hasLapsed` after the owner has renewed the lock itself. */
  restart(): void;
  end(): Promise<void>;
}

const renewalsPerLease = 12;

// `times` is shared: [wall ms, monotonic ms of the last renewal, 1 once it was late]. The wall clock runs while a laptop
// sleeps, the monotonic clock cannot be set. Both are read before the write, so that no renewal is recorded as later than
// it was. A lock removed by hand does not lapse: its owner makes it again. The file is opened for each renewal, because an
// open file would prevent remounting the disk read-only. Plain JavaScript: a thread that loads TypeScript takes a second
// to start.
const program = `
const { closeSync, fsyncSync, openSync, readFileSync, writeSync } = require('node:fs');
const { path, text, everyMs, lapseMs, times } = require('node:worker_threads').workerData;
setInterval(() => {
  const wall = Date.now();
  const monotonic = Number(process.hrtime.bigint() / 1000000n);
  if (Math.max(Math.abs(wall - times[0]), monotonic - times[1]) > lapseMs) times[2] = 1;
  let file;
  try {
    file = openSync(path, 'r+');
    if (readFileSync(file, 'utf8') !== text) return;
    writeSync(file, text, 0);
    fsyncSync(file);
  } catch (error) {
    if (error.code !== 'ENOENT') return;
  } finally {
    if (file !== undefined) closeSync(file);
  }
  times[0] = wall;
  times[1] = monotonic;
}, everyMs);
`;

/** Rewrites the lock's text several times per lease, as `renewLock` does. */
export function startHeartbeat(path: string, { text, content: { leaseMs } }: OwnLock): Heartbeat {
  const lapseMs = leaseMs / 2;
  const times = new Float64Array(new SharedArrayBuffer(3 * Float64Array.BYTES_PER_ELEMENT));
  const restart = () => times.set([Date.now(), monotonicMs(), 0]);
  restart();
  const workerData = { path, text, everyMs: leaseMs / renewalsPerLease, lapseMs, times };
  const thread = new Worker(program, { eval: true, workerData, execArgv: [], name: 'lock' });
  thread.on('error', () => undefined); // the lock then lapses, and its owner renews it
  thread.unref();
  return {
    hasLapsed: () => times[2] === 1 || Math.max(Math.abs(Date.now() - times[0]!), monotonicMs() - times[1]!) > lapseMs,
    restart,
    async end() {
      await thread.terminate();
    },
  };
}

function monotonicMs(): number {
  return Number(process.hrtime.bigint() / 1_000_000n);
}
