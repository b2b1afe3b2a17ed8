// Checks that `dcgan` exits soon after a signal, allowing for a busy machine.
import assert from 'node:assert/strict';
import { contention } from './contention.ts';
import type { CliRun } from './run-cli.ts';

const maxMs = 2000; // from the signal to the exit, on an idle machine
const tries = 3; // a command that is really too slow fails every time

/** Calls `start`, whose run must exit within two seconds, scaled by how busy the machine is. */
export async function stopInTime(start: () => Promise<CliRun>): Promise<CliRun> {
  const failures: string[] = [];
  for (let i = 0; i < tries; i++) {
    const before = contention();
    const run = await start();
    const limit = maxMs * Math.max(before, contention());
    assert.ok(run.stoppedInMs !== undefined, `It ended by itself (${run.exitCode}).\n${run.stderr}`);
    if (run.stoppedInMs < limit) return run;
    failures.push(`${run.stoppedInMs.toFixed(0)} ms, of at most ${limit.toFixed(0)}`);
  }
  assert.fail(failures.join('\n'));
}
