import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { hostname, tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, test } from 'node:test';
import { lockRun } from '../../src/runs/run-lock.ts';
import { thisOwner } from '../../src/system/process-owner.ts';

const root = mkdtempSync(join(tmpdir(), 'dcgan-lock-'));
writeFileSync(join(root, 'a run'), '');
after(() => rmSync(root, { recursive: true }));
const ownerIn = (path: string) => JSON.parse(readFileSync(path, 'utf8')).owner as string;
const lockOf = (owner: string) => JSON.stringify({ token: 'of another', owner, host: 'somewhere', leaseMs: 60_000 });
const inUse = { code: 'usage.run-in-use', exitCode: 2 };

test('locks a run for one process until it releases the lock', async () => {
  const path = join(root, 'checkpoints', 'c0ffee0.lock');
  const lock = await lockRun(path);
  assert.equal(ownerIn(path), thisOwner());
  await assert.rejects(lockRun(path), { ...inUse, message: new RegExp(`^Process ${process.pid} on ${hostname()} is`) });
  await lock.release();
  assert.ok(!existsSync(path));
  await (await lockRun(path)).release();
  assert.deepEqual(readdirSync(root), ['a run'], 'a folder made only for the lock is removed with it');
});

test('takes over the lock of a killed process, even if its id has been reused', async () => {
  const path = join(root, 'killed.lock');
  const module = new URL('../../src/runs/run-lock.ts', import.meta.url).href;
  const program = `await (await import(${JSON.stringify(module)})).lockRun(${JSON.stringify(path)}); console.log('has it'); setInterval(() => {}, 1000)`;
  const child = spawn(process.execPath, ['--import', 'tsx', '--input-type=module', '-e', program]);
  await once(child.stdout, 'data');
  await assert.rejects(lockRun(path), inUse);
  child.kill('SIGKILL');
  await once(child, 'close');
  await (await lockRun(path)).release();

  if (process.platform !== 'linux') return; // only Linux reports when a process was started
  writeFileSync(path, lockOf(thisOwner().replace(/-\d+-/, '-1-')));
  await (await lockRun(path)).release();
});

const gone = lockOf(thisOwner().replace(/^\d+/, '4194304')); // above the largest process id

test('exactly one of many concurrent takeovers in one process succeeds', async () => {
  for (let round = 0; round < 200; round++) {
    const path = join(root, `crowd-${round}.lock`);
    writeFileSync(path, gone);
    const results = await Promise.allSettled(Array.from({ length: 8 }, () => lockRun(path)));
    assert.equal(results.filter(({ status }) => status === 'fulfilled').length, 1);
    assert.equal(ownerIn(path), thisOwner());
    for (const result of results) if (result.status === 'fulfilled') await result.value.release();
  }
});

test('exactly one of many processes that take over at once succeeds', async () => {
  const module = new URL('../../src/runs/run-lock.ts', import.meta.url).href;
  const path = join(root, 'processes');
  // Each process reports that it is ready, waits for a line, then tries every file and keeps the locks it gets.
  const program = `const { lockRun } = await import(${JSON.stringify(module)});
    console.log('ready');
    process.stdin.once('data', async () => {
      let has = '';
      for (let file = 0; file < 50; file++) has += (await lockRun(${JSON.stringify(path)} + file).then(() => 1, () => 0));
      console.log(has);
    });`;
  for (let file = 0; file < 50; file++) writeFileSync(`${path}${file}`, gone);
  const children = Array.from({ length: 4 }, () =>
    spawn(process.execPath, ['--import', 'tsx', '--input-type=module', '-e', program]),
  );
  try {
    await Promise.all(children.map(({ stdout }) => once(stdout, 'data')));
    for (const { stdin } of children) stdin.write('go\n');
    const had = await Promise.all(children.map(async ({ stdout }) => String((await once(stdout, 'data'))[0]).trim()));
    const owners = Array.from({ length: 50 }, (_, file) => had.filter((has) => has[file] === '1').length);
    assert.deepEqual(owners, Array(50).fill(1));
  } finally {
    for (const child of children) child.kill();
  }
});

test('takes over the locks of a process that was killed during a takeover', async () => {
  const path = join(root, 'twice.lock');
  for (const name of [path, `${path}.takeover`, `${path}.takeover.takeover`]) writeFileSync(name, gone);
  const lock = await lockRun(path);
  assert.equal(ownerIn(path), thisOwner());
  await lock.release();
  assert.deepEqual(
    readdirSync(root).filter((name) => name.startsWith('twice')),
    [],
  );
});

test('the former owner does not remove a lock that was taken over', async () => {
  const path = join(root, 'lost.lock');
  const lock = await lockRun(path);
  writeFileSync(path, lockOf('1-1-elsewhere'));
  await lock.release();
  assert.ok(existsSync(path));
});
