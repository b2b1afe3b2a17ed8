// The lock when clocks are changed, and with damaged, removed and partial lock files.
import assert from 'node:assert/strict';
import { existsSync, mkdirSync, readdirSync, readFileSync, rmSync, utimesSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import { thisOwner } from '../../src/system/process-owner.ts';
import { contend, lockText, root, secondsOf, take } from './lock-contenders.ts';

const daysMs = 24 * 60 * 60_000;

test('measures the age of a lock from another machine by the file system clock alone', async () => {
  const path = join(root, 'elsewhere.lock');
  writeFileSync(path, lockText('1-1-elsewhere', 60_000));
  const changed = new Date(Date.now() - 61_000);
  utimesSync(path, changed, changed);
  const clock = Date.now;
  Date.now = () => clock() - 2 * daysMs; // this machine's clock is set back
  try {
    const seconds = await secondsOf(async () => (await take(path, 60_000)).release());
    assert.ok(seconds < 20, `${seconds} s`);
  } finally {
    Date.now = clock;
  }
});

test('takes over a lock dated in the future, after the clock was set back, once it is not renewed for a lease', async () => {
  const path = join(root, 'future.lock');
  writeFileSync(path, lockText('1-1-elsewhere', 1000));
  utimesSync(path, new Date(), new Date(Date.now() + 2 * daysMs));
  const seconds = await secondsOf(async () => (await take(path, 60_000)).release());
  assert.ok(seconds > 0.9 && seconds < 20, `${seconds} s`);
});

test('keeps the lock when the clock is set back or forward', async () => {
  const path = join(root, 'clock.lock');
  const lock = await take(path, 60_000);
  const clock = Date.now;
  try {
    for (const days of [-2, 2]) {
      Date.now = () => clock() + days * daysMs;
      assert.equal(await lock.confirm(), true);
    }
  } finally {
    Date.now = clock;
  }
  await lock.release();
  assert.ok(!existsSync(path));
});

test('takes over an empty or truncated lock, from a full disk or a power cut, within seconds', async () => {
  for (const text of ['', lockText(thisOwner(), 60_000).slice(0, 40)]) {
    const path = join(root, 'empty.lock');
    writeFileSync(path, text);
    const seconds = await secondsOf(async () => (await take(path, 60_000)).release());
    assert.ok(seconds < 20, `${seconds} s`);
  }
});

test('recreates a lock that was removed by hand, unless another process has taken it', async () => {
  const path = join(root, 'folder', 'removed.lock');
  const lock = await take(path, 2000);
  rmSync(join(root, 'folder'), { recursive: true });
  await sleep(4500); // no confirm() for two leases
  assert.equal(await lock.confirm(), true);
  assert.equal(JSON.parse(readFileSync(path, 'utf8')).owner, thisOwner());
  assert.match(await contend(path, 60_000).says(), /^refused/);
  writeFileSync(path, lockText('1-1-elsewhere', 60_000));
  assert.equal(await lock.confirm(), false);
  await lock.release();
  assert.ok(existsSync(path));
});

test('removes partial lock files of killed processes, not those of running ones', async () => {
  const path = join(root, 'making', 'a.lock');
  mkdirSync(join(root, 'making'));
  const [dead, alive] = [thisOwner().replace(/^\d+/, '4194304'), thisOwner()];
  for (const owner of [dead, alive]) writeFileSync(join(root, 'making', `.partial-${owner}.01234567`), '');
  await (await take(path, 60_000)).release();
  assert.deepEqual(readdirSync(join(root, 'making')), [`.partial-${alive}.01234567`]);
});
