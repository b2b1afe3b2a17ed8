// Paths on the command line are relative to the current folder, paths in a config to --root.
import assert from 'node:assert/strict';
import { mkdirSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { test } from 'node:test';
import { typedDataFolder, typedPath } from '../../src/cli/typed-path.ts';
import { runCli } from '../helpers/run-cli.ts';
import { temporaryFolder, tinyConfig, writeJsonFile, writePictures } from '../helpers/temporary-run.ts';

const folder = temporaryFolder();

test('a path inside the root becomes relative to it, any other absolute', () => {
  assert.equal(typedPath('a/b', '.'), join('a', 'b'));
  assert.equal(typedPath('.', '.'), '.');
  assert.equal(typedPath('a/b', 'a'), 'b');
  assert.equal(typedPath('..a', '.'), '..a');
  assert.equal(typedPath('../b', '.'), resolve('../b'));
  assert.equal(typedPath('images', 'elsewhere'), resolve('images'));
  assert.equal(typedDataFolder('data/mnist-tiny', '/'), resolve('data/mnist-tiny').slice(1));
});

test('resolves --data from the current folder whatever --root is, also on resume, and data.folder from --root', async () => {
  const cwd = join(folder, 'here');
  await writePictures(join(cwd, 'images'), 8);
  await writePictures(join(folder, 'root', 'pictures'), 8);
  writeJsonFile(join(cwd, 'tiny.json'), tinyConfig());
  const root = join(folder, 'root');
  const run = (...args: string[]) => runCli(['train', '--root', '../root', '--engine', 'wasm', ...args], { cwd });
  const typed = await run('--config', 'tiny.json', '--data', 'images', '--set', 'training.steps=4');
  assert.equal(typed.exitCode, 0, typed.stderr);
  assert.ok(typed.stderr.includes(`Data: 8 images in ${join(cwd, 'images')}.`), typed.stderr);
  const hash = /Run ([0-9a-f]{7})/.exec(typed.stderr)![1]!;
  const elsewhere = join(folder, 'elsewhere');
  mkdirSync(elsewhere);
  const resume = ['train', '--root', root, '--engine', 'wasm', '--resume', hash, '--set', 'training.steps=8'];
  const resumed = await runCli(resume, { cwd: elsewhere });
  assert.equal(resumed.exitCode, 0, resumed.stderr);
  assert.match(resumed.stderr, new RegExp(`Run ${hash} .* at step 4`));
  const configured = await run('--config', 'tiny.json', '--dry-run');
  assert.equal(configured.exitCode, 0, configured.stderr);
  assert.ok(configured.stdout.includes(`images in ${join(root, 'pictures')}`), configured.stdout);
  const missing = await run('--config', 'tiny.json', '--data', 'gone');
  assert.equal(missing.exitCode, 3);
  assert.ok(missing.stderr.includes(`There is no image folder ${join(cwd, 'gone')}.`), missing.stderr);
});
