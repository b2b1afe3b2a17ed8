// Runs bench/chaos.ts for a minute: killed, suspended, without its lock or disk space, a run ends with the same weights or an error.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { chaos } from '../../bench/chaos/run.ts';

test('runs with random faults end with the weights of an undisturbed run, or with a reason', async (t) => {
  const onLine = (line: string) => t.diagnostic(line);
  const { runs, sessions, failures } = await chaos({ minutes: 1, seed: 17, engine: 'wasm', onLine });
  assert.deepEqual(failures, []);
  assert.ok(runs >= 1 && sessions >= 2, `${runs} runs of ${sessions} sessions`);
});
