// Stops a real `dcgan` and checks that it ends soon, on machines with other work too.
import assert from 'node:assert/strict';
import { contention } from './contention.ts';
import type { CliRun } from './run-cli.ts';

const mostMs = 2000; // from the signal to the end, on an idle machine
const tries = 3; // what is too slow by itself is so each time

/** The run of `start`, which ends within two seconds, or as many times that as the machine is slower now. */
export async function stopInTime(start: () => Promise<CliRun>): Promise<CliRun> {
  const told: string[] = [];
  for (let i = 0; i < tries; i++) {
    const before = contention();
    const run = await start();
    const most = mostMs * Math.max(before, contention());
    assert.ok(run.stoppedInMs !== undefined, `It ended by itself (${run.exitCode}).\n${run.stderr}`);
    if (run.stoppedInMs < most) return run;
    told.push(`${run.stoppedInMs.toFixed(0)} ms, of at most ${most.toFixed(0)}`);
  }
  assert.fail(told.join('\n'));
}
