import assert from 'node:assert/strict';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, relative } from 'node:path';
import { after, before, test } from 'node:test';
import { DcganError } from '../../src/errors.ts';
import { loadCheckpoint, saveCheckpoint } from '../../src/runs/checkpoint.ts';
import { resolveCheckpoint } from '../../src/runs/find-checkpoint.ts';

const base = mkdtempSync(join(tmpdir(), 'dcgan-find-'));
after(() => rmSync(base, { recursive: true }));

const places = { root: join(base, 'here'), packageDirectory: join(base, 'package') };
const inRoot = (name: string) => join(places.root, 'checkpoints', name);
const inPackage = (name: string) => join(places.packageDirectory, 'checkpoints', name);
const save = (directory: string, step = 5) =>
  saveCheckpoint(directory, { step, tensors: { a: { shape: [1], values: Float32Array.of(step) } }, state: {} });

before(async () => {
  for (const name of ['15817e6', '15899aa', 'abcdef0', '1234567']) await save(inRoot(name));
  for (const name of ['mnist', 'emoji', 'abcdef0']) await save(inPackage(name));
  mkdirSync(inRoot('feedbee')); // a run without checkpoints
  writeFileSync(inRoot('README.md'), '');
});

const codeOf = (code: string, message: RegExp) => (error: unknown) => {
  assert.ok(error instanceof DcganError);
  assert.equal(error.code, code);
  assert.equal(error.exitCode, 4);
  assert.match(error.message, message);
  return true;
};

test('explains a file named as a checkpoint, and what to type instead', async () => {
  const weights = join(base, "it's mine.pth");
  writeFileSync(weights, 'PK\x03\x04');
  const importing = new RegExp(
    `is a file of weights.*\\n.*dcgan import '${base}/it'\\\\''s mine\\.pth' --config NAME --name it-s-mine$`,
  );
  await assert.rejects(resolveCheckpoint(weights, places), codeOf('checkpoint.not-a-folder', importing));
  const part = join(inPackage('mnist'), '000005', 'weights.safetensors');
  const folder = /is a part of a checkpoint\.\nName its folder: --checkpoint .*mnist\/000005$/;
  await assert.rejects(resolveCheckpoint(part, places), codeOf('checkpoint.not-a-folder', folder));
  writeFileSync(join(base, 'images.zip'), 'PK\x03\x04');
  for (const name of ['images.zip', 'text']) {
    writeFileSync(join(base, name), 'PK\x03\x04'.slice(0, name === 'text' ? 1 : 4));
    await assert.rejects(
      resolveCheckpoint(join(base, name), places),
      codeOf('checkpoint.not-a-folder', /is a file; a checkpoint is a folder/),
    );
  }
});

test('finds a path to a run folder or to one step', async () => {
  const run = inPackage('mnist');
  assert.deepEqual(await resolveCheckpoint(run, places), { directory: run, label: 'mnist' });
  assert.deepEqual(await resolveCheckpoint(relative('.', run), places), { directory: run, label: 'mnist' });
  const step = await resolveCheckpoint(join(run, '000005'), places);
  assert.deepEqual(step, { directory: join(run, '000005'), label: 'mnist/000005' });
  assert.equal((await loadCheckpoint(step.directory, 'latest')).step, 5);
});

test('finds a name under the root first, then in the package', async () => {
  assert.deepEqual(await resolveCheckpoint('mnist', places), { directory: inPackage('mnist'), label: 'mnist' });
  assert.deepEqual(await resolveCheckpoint('abcdef0', places), {
    directory: inRoot('abcdef0'),
    label: 'abcdef0',
    run: 'abcdef0',
  });
  assert.equal((await resolveCheckpoint('mnist/000005', places)).label, 'mnist/000005');
});

test('finds a run by the start of its hash, even one of digits only', async () => {
  assert.equal((await resolveCheckpoint('1581', places)).directory, inRoot('15817e6'));
  assert.equal((await resolveCheckpoint('ab', places)).directory, inRoot('abcdef0'));
  assert.deepEqual(await resolveCheckpoint('12', places), {
    directory: inRoot('1234567'),
    label: '1234567',
    run: '1234567',
  });
});

test('lists the matches of an ambiguous start', async () => {
  await assert.rejects(resolveCheckpoint('15', places), codeOf('checkpoint.ambiguous', /15817e6, 15899aa/));
});

test('lists the known names for an unknown one, and suggests the nearest', async () => {
  const there = /There are: 1234567, 15817e6, 15899aa, abcdef0, emoji, mnist\.\nDid you mean mnist\?/;
  await assert.rejects(resolveCheckpoint('mnits', places), codeOf('checkpoint.unknown', there));
  await assert.rejects(
    resolveCheckpoint('1', places),
    codeOf('checkpoint.unknown', /"1".*\n.*\nGive at least 2 characters of a run hash\.$/),
  );
  await assert.rejects(resolveCheckpoint('e', places), codeOf('checkpoint.unknown', /mnist\.$/)); // not the start of a run hash
  await assert.rejects(resolveCheckpoint('feedbee', places), codeOf('checkpoint.unknown', /"feedbee"/));
  await assert.rejects(resolveCheckpoint('mn', places), codeOf('checkpoint.unknown', /mnist\.$/)); // only hashes may be abbreviated
  await assert.rejects(resolveCheckpoint('', places), codeOf('checkpoint.unknown', /""/));
});

test('lists at most ten names, and says if there are none', async () => {
  const crowded = join(base, 'crowded');
  for (let i = 0; i < 12; i++) await save(join(crowded, 'checkpoints', `run-${String(i).padStart(2, '0')}`));
  const both = { root: crowded, packageDirectory: crowded };
  await assert.rejects(resolveCheckpoint('zzz', both), codeOf('checkpoint.unknown', /run-08, run-09 and 2 more\.$/));
  const nowhere = { root: join(base, 'no'), packageDirectory: join(base, 'no') };
  await assert.rejects(resolveCheckpoint('zzz', nowhere), codeOf('checkpoint.unknown', /none yet/));
});
