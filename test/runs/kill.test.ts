// A process killed at any moment while saving leaves a checkpoint that loads, at least as late as the last one it reported.
import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, test } from 'node:test';
import { loadCheckpoint } from '../../src/runs/checkpoint.ts';

const root = mkdtempSync(join(tmpdir(), 'dcgan-kill-'));
after(() => rmSync(root, { recursive: true }));

const program = (directory: string, first: number) => `
  import { saveCheckpoint } from ${JSON.stringify(new URL('../../src/runs/checkpoint.ts', import.meta.url).href)};
  for (let step = ${first}; ; step++) {
    const values = new Float32Array(300_000).fill(step);
    await saveCheckpoint(${JSON.stringify(directory)}, { step, tensors: { a: { shape: [300_000], values } }, state: {} });
    console.log(step);
  }`;

/** Saves checkpoints until it is killed after `lifeMs`. @returns the last step that it reported as saved */
async function saveUntilKilled(directory: string, first: number, lifeMs: number): Promise<number> {
  const child = spawn(process.execPath, ['--import', 'tsx', '--input-type=module', '-e', program(directory, first)]);
  let output = '';
  let errors = '';
  child.stderr.on('data', (data) => {
    errors += data;
  });
  await new Promise<void>((resolve, reject) => {
    child.stdout.on('data', (data) => {
      if (output === '') setTimeout(() => child.kill('SIGKILL'), lifeMs);
      output += data;
    });
    child.on('close', (code) => (code === null ? resolve() : reject(new Error(errors))));
  });
  return Number(output.slice(0, output.lastIndexOf('\n')).split('\n').at(-1));
}

test('kill -9 while saving loses no checkpoint that was reported as saved', async () => {
  const directory = join(root, 'c0ffee0');
  let next = 1;
  for (const lifeMs of [13, 22, 37, 51, 68, 84]) {
    const lastSaved = await saveUntilKilled(directory, next, lifeMs);
    assert.ok(lastSaved >= next);
    const loaded = await loadCheckpoint(directory, 'latest');
    assert.deepEqual(loaded.refused, []);
    assert.ok(loaded.step >= lastSaved, `${loaded.step} after ${lastSaved}`);
    assert.ok(loaded.tensors['a']!.values.every((value) => value === loaded.step));
    next = loaded.step + 1;
  }
});
