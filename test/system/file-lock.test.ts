// The lock between processes that cannot see each other: other PID namespaces, other host names, suspended, killed, other clocks.
import assert from 'node:assert/strict';
import { type ChildProcess, spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  utimesSync,
  writeFileSync,
} from 'node:fs';
import { hostname, tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { after, describe, test } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { type FileLock, tryLock } from '../../src/system/file-lock.ts';
import { thisOwner } from '../../src/system/process-owner.ts';

const root = mkdtempSync(join(tmpdir(), 'dcgan-file-lock-'));
const children = new Set<ChildProcess>();
after(() => {
  for (const child of children) child.kill('SIGKILL');
  rmSync(root, { recursive: true });
});

const program = fileURLToPath(new URL('./lock-child.ts', import.meta.url));
const node = [process.execPath, '--import', import.meta.resolve('tsx'), program];
const newPids = ['unshare', '--pid', '--fork', '--kill-child', '--mount-proc'];
const noNamespaces =
  spawnSync('unshare', [...newPids.slice(1), 'true']).status === 0
    ? false
    : 'cannot make namespaces here: needs Linux and root';

interface Contender {
  process: ChildProcess;
  /** Sends a line, if given, and returns the next line of output. */
  says(line?: string): Promise<string>;
  kill(): Promise<void>;
}

/** Starts lock-child.ts, by the command `inside` where given. */
function contend(path: string, leaseMs: number, inside: readonly string[] = []): Contender {
  const [command, ...args] = [...inside, ...node, path, String(leaseMs)];
  const child = spawn(command!, args, { stdio: ['pipe', 'pipe', 'inherit'] });
  children.add(child);
  const lines = createInterface({ input: child.stdout })[Symbol.asyncIterator]();
  return {
    process: child,
    async says(line) {
      if (line) child.stdin.write(`${line}\n`);
      return String((await lines.next()).value);
    },
    async kill() {
      child.kill('SIGKILL');
      await once(child, 'close');
    },
  };
}

async function take(path: string, leaseMs: number): Promise<FileLock> {
  const taken = await tryLock(path, { leaseMs });
  assert.ok('lock' in taken, `refused: ${JSON.stringify(taken)}`);
  return taken.lock;
}

async function secondsOf(action: () => Promise<unknown>): Promise<number> {
  const started = performance.now();
  await action();
  return (performance.now() - started) / 1000;
}

/** The owner that a lock's file names. */
const ownerOf = (path: string) => JSON.parse(readFileSync(path, 'utf8')).owner as string;
const lockText = (owner: string, leaseMs: number) =>
  `${JSON.stringify({ token: 'of another', owner, host: 'elsewhere', leaseMs })}\n`;

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

  test('an owner suspended beyond its lease keeps a lock that nobody took over', async () => {
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

test('makes a lock again that was removed by hand, unless another process has made one', async () => {
  const path = join(root, 'folder', 'removed.lock');
  const lock = await take(path, 600);
  rmSync(join(root, 'folder'), { recursive: true });
  await sleep(1500); // no confirm() for several leases
  assert.equal(await lock.confirm(), true);
  assert.equal(ownerOf(path), thisOwner());
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
