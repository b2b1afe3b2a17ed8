// A checkpoint that cannot be read is not treated as damaged: no older one is used instead.
import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import fs, { chmodSync, mkdirSync, readdirSync, rmSync } from 'node:fs';
import { syncBuiltinESMExports } from 'node:module';
import { join } from 'node:path';
import { before, mock, test } from 'node:test';
import { hasCheckpoint, loadCheckpoint, saveCheckpoint } from '../../src/runs/checkpoint.ts';
import { temporaryFolder } from '../helpers/temporary-run.ts';

const root = temporaryFolder();
const directory = join(root, 'run');
const checkpointOf = (step: number) => ({
  step,
  tensors: { a: { shape: [1], values: Float32Array.of(step) } },
  state: {},
});
const part = (...names: string[]) => join(directory, ...names);

before(async () => {
  chmodSync(root, 0o755);
  await saveCheckpoint(directory, checkpointOf(1));
  await saveCheckpoint(directory, checkpointOf(2));
});

const nobody = 65534;
const noPermissions = process.platform === 'win32' ? 'Windows has no such permissions' : false;

/** Loads the checkpoint in a process whose user may not read it. */
function loadedByNobody(): { step?: number; code?: string; message?: string } {
  const checkpoint = JSON.stringify(new URL('../../src/runs/checkpoint.ts', import.meta.url).href);
  const program = `
    const { loadCheckpoint } = await import(${checkpoint});
    if (process.getuid() === 0) process.setuid(${nobody});
    const { step, code, message } = await loadCheckpoint(${JSON.stringify(directory)}, 'latest').catch((error) => error);
    console.log(JSON.stringify({ step, code, message }));`;
  const child = spawnSync(process.execPath, ['--import', 'tsx', '--input-type=module', '-e', program]);
  assert.equal(child.status, 0, String(child.stderr));
  return JSON.parse(String(child.stdout));
}

const closed = [['000002', 'state.json'], ['000002', 'weights.safetensors'], ['000002'], ['latest'], []];

for (const names of closed) {
  test(`without permission to read ${names.join('/') || 'the folder'}`, { skip: noPermissions }, () => {
    const path = part(...names);
    const { mode } = fs.statSync(path);
    assert.equal(loadedByNobody().step, 2);
    chmodSync(path, 0);
    try {
      const { step, code, message } = loadedByNobody();
      assert.equal(step, undefined);
      assert.equal(code, 'checkpoint.unreadable', message);
      assert.match(message!, /cannot be read: .*EACCES/);
      assert.match(message!, /chmod -R u\+rX/);
      assert.doesNotMatch(message!, /damaged|Restore/);
    } finally {
      chmodSync(path, mode);
    }
  });
}

/** Runs an action while the system refuses to open this file. */
async function whileRefused<Result>(path: string, code: string, action: () => Promise<Result>): Promise<Result> {
  const open = fs.promises.open;
  mock.method(fs.promises, 'open', (file: string, ...rest: []) => {
    if (file === path) throw Object.assign(new Error(`${code}: refused`), { code });
    return open(file, ...rest);
  });
  syncBuiltinESMExports();
  try {
    return await action();
  } finally {
    mock.restoreAll();
    syncBuiltinESMExports();
  }
}

test('too many open files and exhausted memory are not damage; an I/O error is', async () => {
  const weights = part('000002', 'weights.safetensors');
  for (const code of ['EACCES', 'EPERM', 'EMFILE', 'ENFILE', 'ENOMEM', 'ESTALE']) {
    const loading = whileRefused(weights, code, () => loadCheckpoint(directory, 'latest'));
    await assert.rejects(loading, { code: 'checkpoint.unreadable', exitCode: 4, message: new RegExp(code) });
  }
  const { step, refused } = await whileRefused(weights, 'EIO', () => loadCheckpoint(directory, 'latest'));
  assert.equal(step, 1);
  assert.match(refused[0]!.reason, /000002.weights\.safetensors is damaged: EIO, the disk reports an error/);
});

test('saving removes no checkpoint while an older one cannot be read', async () => {
  const run = join(root, 'saving');
  for (const step of [1, 2]) await saveCheckpoint(run, checkpointOf(step));
  const refusing = join(run, '000002', 'state.json');
  await whileRefused(refusing, 'EACCES', () => saveCheckpoint(run, checkpointOf(3)));
  assert.deepEqual(
    readdirSync(run).filter((name) => /^\d/.test(name)),
    ['000001', '000002', '000003'],
  );
  await saveCheckpoint(run, checkpointOf(4));
  assert.deepEqual(
    readdirSync(run).filter((name) => /^\d/.test(name)),
    ['000003', '000004'],
  );
});

test('a missing folder has no checkpoint', async () => {
  mkdirSync(join(root, 'empty'));
  assert.equal(await hasCheckpoint(join(root, 'empty')), false);
  rmSync(join(root, 'empty'), { recursive: true });
  assert.equal(await hasCheckpoint(join(root, 'empty')), false);
});
