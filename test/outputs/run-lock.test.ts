import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import {
  existsSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  utimesSync,
  writeFileSync,
} from 'node:fs';
import { hostname, tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, test } from 'node:test';
import { lockRun } from '../../src/outputs/run-lock.ts';
import { thisOwner } from '../../src/process-owner.ts';

const root = mkdtempSync(join(tmpdir(), 'dcgan-lock-'));
writeFileSync(join(root, 'a run'), '');
after(() => rmSync(root, { recursive: true }));
const inUse = { code: 'usage.run-in-use', exitCode: 2 };

test('a run is one process at a time, and free again when that gives it back', async () => {
  const path = join(root, 'checkpoints', 'c0ffee0.lock');
  const lock = await lockRun(path);
  assert.equal(readFileSync(path, 'utf8'), thisOwner());
  await assert.rejects(lockRun(path), { ...inUse, message: new RegExp(`^Process ${process.pid} on ${hostname()} is`) });
  await lock.release();
  assert.ok(!existsSync(path));
  await (await lockRun(path)).release();
  assert.deepEqual(readdirSync(root), ['a run'], 'a folder for nothing but the lock goes with it');
});

test('what a killed process leaves is taken over, also where its id belongs to another one by now', async () => {
  const path = join(root, 'killed.lock');
  const module = new URL('../../src/outputs/run-lock.ts', import.meta.url).href;
  const program = `await (await import(${JSON.stringify(module)})).lockRun(${JSON.stringify(path)}); console.log('has it'); setInterval(() => {}, 1000)`;
  const child = spawn(process.execPath, ['--import', 'tsx', '--input-type=module', '-e', program]);
  await once(child.stdout, 'data');
  await assert.rejects(lockRun(path), inUse);
  child.kill('SIGKILL');
  await once(child, 'close');
  await (await lockRun(path)).release();

  if (process.platform !== 'linux') return; // only Linux tells when a process was started
  writeFileSync(path, `${process.pid}-1-${hostname()}`);
  await (await lockRun(path)).release();
});

test('of another machine only the age tells: its owner renews it while it trains', async () => {
  const path = join(root, 'elsewhere.lock');
  const hoursAgo = (hours: number) =>
    utimesSync(path, Date.now() / 1000 - hours * 3600, Date.now() / 1000 - hours * 3600);
  writeFileSync(path, '1-1-elsewhere');
  hoursAgo(5);
  await assert.rejects(lockRun(path), inUse);
  hoursAgo(7);
  const lock = await lockRun(path);
  hoursAgo(7);
  await lock.renew();
  assert.ok(Date.now() - statSync(path).mtimeMs < 60_000);
  await lock.release();
});

test('an empty file is a crash between its making and its writing, once it is a minute old', async () => {
  const path = join(root, 'empty.lock');
  writeFileSync(path, '');
  await assert.rejects(lockRun(path), { ...inUse, message: /^Another process is training this run\./ });
  utimesSync(path, Date.now() / 1000 - 90, Date.now() / 1000 - 90);
  await (await lockRun(path)).release();
});

test('of many that take over the same file at once, one has it', async () => {
  const path = join(root, 'crowd.lock');
  writeFileSync(path, `4194304-1-${hostname()}`); // above the largest process id
  const results = await Promise.allSettled(Array.from({ length: 8 }, () => lockRun(path)));
  assert.equal(results.filter(({ status }) => status === 'fulfilled').length, 1);
  assert.equal(readFileSync(path, 'utf8'), thisOwner());
});

test('a lock that another process has taken is not removed by its former owner', async () => {
  const path = join(root, 'lost.lock');
  const lock = await lockRun(path);
  writeFileSync(path, '1-1-elsewhere');
  await lock.release();
  assert.ok(existsSync(path));
});
