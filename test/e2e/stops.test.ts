// Signals during work other than training: the command stops soon, reports it, and leaves no partial files.
import assert from 'node:assert/strict';
import { existsSync, mkdirSync, readFileSync, symlinkSync } from 'node:fs';
import { join } from 'node:path';
import { before, test } from 'node:test';
import sharp from 'sharp';
import { runCli } from '../helpers/run-cli.ts';
import { stopInTime } from '../helpers/stop-in-time.ts';
import { listAll, temporaryFolder, tinyConfig, writeJsonFile } from '../helpers/temporary-run.ts';

const cwd = temporaryFolder();
const digits = join('data', 'mnist-tiny');

/** A folder of links to one picture that takes long to decode. */
function linkPictures(folder: string, picture: string, count: number): void {
  mkdirSync(join(cwd, folder));
  for (let i = 0; i < count; i++) symlinkSync(picture, join(cwd, folder, `${i}.png`));
}

before(async () => {
  const picture = join(cwd, 'noise.png');
  const noise = { type: 'gaussian', mean: 128, sigma: 40 } as const;
  await sharp({ create: { width: 900, height: 900, channels: 3, background: 'red', noise } }).toFile(picture);
  linkPictures('few', picture, 400); // decoded in this process
  linkPictures('many', picture, 2000); // decoded in threads
  writeJsonFile(join(cwd, 'tiny.json'), tinyConfig());
});

const wasm = ['--engine', 'wasm'];
const training = (folder: string) => ['train', '--config', 'tiny.json', '--data', folder, ...wasm];
const mnist = ['--checkpoint', 'mnist', ...wasm];

const table: [what: string, args: string[], at: RegExp, signal: 'SIGINT' | 'SIGTERM' | 'SIGHUP', exitCode: number][] = [
  ['train, decoding a few images', training('few'), /^Decoding/m, 'SIGINT', 130],
  ['train, decoding in threads', training('many'), /^Decoding/m, 'SIGTERM', 143],
  ['train --fresh, decoding', [...training('many'), '--fresh'], /^Decoding/m, 'SIGHUP', 129],
  ['train --dry-run, decoding', [...training('many'), '--dry-run'], /^Decoding/m, 'SIGTERM', 143],
  ['evaluate, decoding', ['evaluate', ...mnist, '--data', 'few'], /^Decoding/m, 'SIGTERM', 143],
  ['evaluate, generating', ['evaluate', ...mnist, '--data', digits, '--count', '2000'], /^Generating/m, 'SIGINT', 130],
  [
    'evaluate, measuring',
    ['evaluate', ...mnist, '--data', digits, '--count', '128'],
    /^Computing swd/m,
    'SIGTERM',
    143,
  ],
  ['sample', ['sample', ...mnist, '--count', '9999', '--out', 'a.png'], /^Engine/m, 'SIGTERM', 143],
  ['sample --separate', ['sample', ...mnist, '--count', '9999', '--separate', 'faces'], /^Generating/m, 'SIGINT', 130],
  ['interpolate', ['interpolate', ...mnist, '--seeds', '1,2', '--frames', '9999'], /^Engine/m, 'SIGTERM', 143],
  ['explore', ['explore', '--checkpoint', 'emoji', ...wasm], /^Engine/m, 'SIGTERM', 143],
  [
    'export',
    ['export', '--checkpoint', 'emoji', ...wasm, '--format', 'web', '--out', 'page'],
    /^Engine/m,
    'SIGTERM',
    143,
  ],
  ['bench, warming up', ['bench', '--config', 'quick', ...wasm], /^Engine/m, 'SIGTERM', 143],
  ['data prepare', ['data', 'prepare', 'avatars', '--count', '9999'], /^Writing/m, 'SIGTERM', 143],
];

for (const [what, args, interruptAt, signal, exitCode] of table) {
  test(`${what}: ${signal} exits ${exitCode} with one document and no partial files`, async () => {
    const run = await stopInTime(() => runCli([...args, '--json'], { cwd, interruptAt, signal }));
    assert.equal(run.exitCode, exitCode, run.stderr);
    const error = { code: 'interrupted', message: `Stopped by ${signal}.`, data: { signal }, exitCode };
    assert.deepEqual(JSON.parse(run.stdout), { error });
    assert.match(run.stderr, /^Stopping\.$/m);
    const begun = /\.partial|^(data|results|checkpoints)\/.*[^/]$|^[^/]*(a|interpolation|explore)\.png$|^page/;
    const left = listAll(cwd).filter((path) => begun.test(path));
    assert.deepEqual(left, []);
  });
}

test('bench, timing: SIGINT ends it with exit 130 and what it has measured, marked as stopped early', async () => {
  const args = ['bench', '--config', 'tiny.json', ...wasm, '--seconds', '3600'];
  for (const json of [[], ['--json']]) {
    const run = await stopInTime(() => runCli([...args, ...json], { cwd, interruptAt: /^Timing steps/m }));
    assert.equal(run.exitCode, 130, run.stderr);
    if (json.length === 0)
      assert.match(run.stdout, /^tiny \(stopped early, before 3600 s had been timed\)\nms per step/);
    else assert.equal(JSON.parse(run.stdout).interrupted, true);
  }
});

test('train, evaluating: SIGTERM ends it with exit 143 and saves; the evaluation is made when the run resumes', async () => {
  const each = ['metrics.every.steps=1', 'metrics.names=[swd]', 'metrics.count=2000', 'training.steps=9'];
  const args = ['train', '--config', 'quick', ...wasm, ...each.flatMap((set) => ['--set', set])];
  let seed = 0; // a new run each time
  const run = await stopInTime(() =>
    runCli([...args, '--seed', String(++seed), '--json'], { cwd, interruptAt: /^Evaluating/m, signal: 'SIGTERM' }),
  );
  assert.equal(run.exitCode, 143, run.stderr);
  assert.match(run.stderr, /^Stopping: finishing this step and saving/m);
  const { step, interrupted, checkpoints, results } = JSON.parse(run.stdout);
  assert.deepEqual([step, interrupted], [1, true]);
  assert.equal(readFileSync(join(cwd, checkpoints, 'latest'), 'utf8').trim(), '000001');
  assert.equal(existsSync(join(cwd, results, 'metrics.jsonl')), false);
});
