// Renews a lock's file from a thread of its own, so that it is renewed while the main thread is busy in native code.
import { Worker } from 'node:worker_threads';
import type { Ticket } from './lock-file.ts';

export interface Heartbeat {
  /** Whether the lock has once gone so long without a renewal that others may soon take it over. */
  hasLapsed(): boolean;
  /** The owner has made sure that it still has the lock. */
  restart(): void;
  end(): Promise<void>;
}

const beatsPerLease = 12;

// Two clocks: the wall clock counts while a laptop sleeps, the monotonic one cannot be set. `times` is shared:
// [wall ms, monotonic ms of the last renewal, 1 once it came too late]; taken before the write, so that a renewal is never
// believed later than it was. A lock that was removed by hand is no reason to lapse: its owner makes it again. Plain JavaScript, because a thread that reads TypeScript takes a second to start. Renews as
// renewLock does, and keeps no file open between: that would keep an administrator from making the disk read-only.
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

/** Writes the lock's own text again, several times per lease. */
export function startHeartbeat(path: string, { text, content: { leaseMs } }: Ticket): Heartbeat {
  const lapseMs = leaseMs / 2;
  const times = new Float64Array(new SharedArrayBuffer(3 * Float64Array.BYTES_PER_ELEMENT));
  const restart = () => times.set([Date.now(), monotonicMs(), 0]);
  restart();
  const workerData = { path, text, everyMs: leaseMs / beatsPerLease, lapseMs, times };
  const thread = new Worker(program, { eval: true, workerData, execArgv: [], name: 'lock' });
  thread.on('error', () => undefined); // the lock lapses then, and its owner renews it itself
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
