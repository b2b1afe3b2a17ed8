// A minute of bench/chaos.ts: killed, suspended, robbed of its lock, out of disk, a run ends in the same weights or says why not.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { chaos } from '../../bench/chaos/run.ts';

test('a minute of random trouble: the same weights at the end, and no end without a reason', async (t) => {
  const onLine = (line: string) => t.diagnostic(line);
  const { runs, sessions, failures } = await chaos({ minutes: 1, seed: 17, engine: 'wasm', onLine });
  assert.deepEqual(failures, []);
  assert.ok(runs >= 1 && sessions >= 2, `${runs} runs of ${sessions} sessions`);
});
