// Signals while the native engine is opened and while it tunes convolutions: both are long calls in which no handler runs.
import assert from 'node:assert/strict';
import { existsSync, mkdirSync, readdirSync, readFileSync, symlinkSync } from 'node:fs';
import { join } from 'node:path';
import { before, describe, test } from 'node:test';
import { cachePath } from '../../src/system/user-cache.ts';
import { runCli } from '../helpers/run-cli.ts';
import { stopInTime } from '../helpers/stop-in-time.ts';
import { listAll, temporaryFolder } from '../helpers/temporary-run.ts';
import { noTensorflow } from '../helpers/tensorflow.ts';

const installed = cachePath('tensorflow');
const cwd = temporaryFolder();
const cache = join(cwd, 'cache');

before(() => {
  mkdirSync(cache);
  if (!noTensorflow) symlinkSync(installed, join(cache, 'tensorflow'));
});

function isLoading(pid: number): boolean {
  try {
    return readFileSync(`/proc/${pid}/maps`, 'utf8').includes('libtensorflow');
  } catch {
    return false; // it has ended
  }
}

const notLinux = !existsSync('/proc/self/maps') && 'only Linux tells which libraries a process has loaded';

test('a signal while TensorFlow is loaded ends the command by itself', { skip: noTensorflow || notLinux }, async () => {
  for (const signal of ['SIGINT', 'SIGTERM'] as const) {
    const args = ['sample', '--checkpoint', 'mnist', '--engine', 'tensorflow', '--out', 'a.png'];
    const run = await stopInTime(() => runCli(args, { cwd, signal, interruptWhen: isLoading }));
    assert.deepEqual([run.endedBy, run.stdout], [signal, ''], run.stderr);
    assert.doesNotMatch(run.stderr, /^Engine/m);
    assert.deepEqual(
      listAll(cwd).filter((path) => path.includes('a.png')),
      [],
    );
  }
});

describe('tuning', { skip: noTensorflow }, () => {
  /** Convolutions whose fastest form is kept. */
  function countKept(): number {
    const folder = join(cache, 'convolutions');
    const files = existsSync(folder) ? readdirSync(folder).filter((name) => name.endsWith('.json')) : [];
    return files.flatMap((name) => Object.keys(JSON.parse(readFileSync(join(folder, name), 'utf8')))).length;
  }
  const left = (stderr: string) => Number(/^Tuning convolutions 0% 0 of (\d+)/m.exec(stderr)?.[1]);

  test('a signal ends it, and the next start tunes only what is left', async () => {
    const args = ['bench', '--config', 'emoji', '--engine', 'tensorflow', '--json'];
    const stopped = await stopInTime(async () => {
      const already = countKept();
      return runCli(args, { cwd, signal: 'SIGTERM', interruptWhen: () => countKept() > already });
    });
    assert.equal(stopped.exitCode, 143, stopped.stderr);
    assert.equal(JSON.parse(stopped.stdout).error.code, 'interrupted');
    const resumed = await stopInTime(() => runCli(args, { cwd, interruptAt: /^Tuning/m }));
    assert.equal(resumed.exitCode, 130, resumed.stderr);
    assert.ok(left(resumed.stderr) < left(stopped.stderr), `${left(resumed.stderr)} of ${left(stopped.stderr)}`);
  });
});
