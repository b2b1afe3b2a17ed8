// The lock between processes that cannot see each other: other PID namespaces and host names, suspended or killed owners.
import assert from 'node:assert/strict';
import { readdirSync, readFileSync } from 'node:fs';
import { hostname } from 'node:os';
import { join } from 'node:path';
import { describe, test } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import { contend, newPids, noNamespaces, root, secondsOf, take } from './lock-contenders.ts';

test('takes over the lock of a killed process on the same machine without waiting for the lease', async () => {
  const path = join(root, 'killed.lock');
  const owner = contend(path, 60_000);
  assert.match(await owner.says(), /^taken/);
  await owner.kill();
  const seconds = await secondsOf(async () => (await take(path, 60_000)).release());
  assert.ok(seconds < 20, `${seconds} s`);
});

test('a suspended owner keeps its lock, and is reported as suspended on its own machine', async () => {
  const path = join(root, 'suspended.lock');
  const owner = contend(path, 1000);
  assert.match(await owner.says(), /^taken/);
  owner.process.kill('SIGSTOP');
  await sleep(1500);
  const { pid } = owner.process;
  assert.equal(await contend(path, 1000).says(), `refused by ${pid} on ${hostname()}, suspended`);
  owner.process.kill('SIGCONT');
  assert.equal(await owner.says('confirm'), 'true');
  await owner.kill();
});

describe('two PID namespaces with one host name', { skip: noNamespaces }, () => {
  test('one process takes the lock and the other is refused, though their process ids are equal', async () => {
    const path = join(root, 'namespaces.lock');
    const [first, second] = [contend(path, 3000, newPids), contend(path, 3000, newPids)];
    const said = await Promise.all([first.says(), second.says()]);
    assert.equal(said.filter((line) => /^taken by \d+$/.test(line)).length, 1, said.join());
    assert.equal(said.filter((line) => /^refused by \d+ on .*, unknown$/.test(line)).length, 1, said.join());
    const owner = said[0]!.startsWith('taken') ? first : second;
    assert.equal(await owner.says('release'), 'undefined');
    await (await take(path, 3000)).release();
  });

  test('renews the lock while its owner is blocked in one call for several leases', async () => {
    const path = join(root, 'busy.lock');
    const owner = contend(path, 1500);
    assert.match(await owner.says(), /^taken/);
    const blocked = owner.says('block 6000');
    for (let attempt = 0; attempt < 2; attempt++) assert.match(await contend(path, 1500, newPids).says(), /^refused/);
    assert.equal(await blocked, 'blocked');
    assert.equal(await owner.says('confirm'), 'true');
    await owner.kill();
  });

  test('takes over the lock of a killed container after one lease', async () => {
    const path = join(root, 'container.lock');
    const owner = contend(path, 2000, newPids);
    assert.match(await owner.says(), /^taken/);
    await owner.kill();
    const seconds = await secondsOf(async () => (await take(path, 2000)).release());
    assert.ok(seconds < 20, `${seconds} s`);
    assert.deepEqual(
      readdirSync(root).filter((name) => name.startsWith('container')),
      [],
    );
  });

  test('an owner suspended beyond its lease notices on resuming that its lock was taken over, and does not touch it', async () => {
    const path = join(root, 'robbed.lock');
    const owner = contend(path, 1500);
    assert.match(await owner.says(), /^taken/);
    owner.process.kill('SIGSTOP');
    const taker = contend(path, 1500, newPids);
    assert.match(await taker.says(), /^taken/);
    const takers = readFileSync(path, 'utf8');
    owner.process.kill('SIGCONT');
    assert.equal(await owner.says('confirm'), 'false');
    await sleep(500);
    assert.equal(await owner.says('release'), 'undefined');
    assert.equal(readFileSync(path, 'utf8'), takers, 'neither its heartbeat nor its release touches the new lock');
    assert.equal(await taker.says('confirm'), 'true');
    await Promise.all([owner.kill(), taker.kill()]);
  });

  test('an owner suspended beyond its lease notices a takeover that has ended since', async () => {
    const path = join(root, 'robbed-and-free.lock');
    const owner = contend(path, 1000);
    assert.match(await owner.says(), /^taken/);
    owner.process.kill('SIGSTOP');
    const taker = contend(path, 1000, newPids);
    assert.match(await taker.says(), /^taken/);
    assert.equal(await taker.says('release'), 'undefined');
    owner.process.kill('SIGCONT');
    assert.equal(await owner.says('confirm'), 'false');
    await Promise.all([owner.kill(), taker.kill()]);
  });

  test('an owner suspended beyond its lease keeps a lock that was not taken over', async () => {
    const path = join(root, 'slept.lock');
    const owner = contend(path, 1000);
    assert.match(await owner.says(), /^taken/);
    owner.process.kill('SIGSTOP');
    await sleep(2500);
    owner.process.kill('SIGCONT');
    assert.equal(await owner.says('confirm'), 'true');
    assert.match(await contend(path, 1000, newPids).says(), /^refused/);
    await owner.kill();
  });
});

test('keeps the lock when the host name changes', { skip: noNamespaces }, async () => {
  const path = join(root, 'renamed.lock');
  const script = '(sleep 2; hostname moved-to-another-network) & exec "$@"';
  const owner = contend(path, 60_000, ['unshare', '--uts', 'sh', '-c', script, 'sh']);
  assert.match(await owner.says(), /^taken/);
  await sleep(2500);
  assert.match(await contend(path, 60_000).says(), /running$/);
  await owner.kill();
  const seconds = await secondsOf(async () => (await take(path, 60_000)).release());
  assert.ok(seconds < 20, `${seconds} s`);
});
