import assert from 'node:assert/strict';
import { test } from 'node:test';
import { latest } from '../../../../src/exports/web/page/latest.ts';

test('keeps only the latest of the calls made during one', async () => {
  const done: number[] = [];
  let finish = () => {};
  const ask = latest(async (wanted: number) => {
    done.push(wanted);
    if (wanted === 1) await new Promise<void>((resolve) => (finish = resolve));
  });
  const first = ask(1);
  void ask(2);
  const last = ask(3);
  assert.deepEqual(done, [1]);
  finish();
  await Promise.all([first, last]);
  assert.deepEqual(done, [1, 3]);
  await ask(4);
  assert.deepEqual(done, [1, 3, 4]);
});

test('runs the next call after a failure', async () => {
  const done: number[] = [];
  const ask = latest(async (wanted: number) => {
    if (wanted === 1) throw new Error('no');
    done.push(wanted);
  });
  await assert.rejects(ask(1), /no/);
  await ask(2);
  assert.deepEqual(done, [2]);
});
