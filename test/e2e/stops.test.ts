// Signals in the middle of work that is no training: heard soon, told, nothing left half written.
import assert from 'node:assert/strict';
import { mkdirSync, symlinkSync } from 'node:fs';
import { join } from 'node:path';
import { before, test } from 'node:test';
import sharp from 'sharp';
import { runCli } from '../helpers/run-cli.ts';
import { listAll, temporaryFolder, tinyConfig, writeJsonFile } from '../helpers/temporary-run.ts';

const cwd = temporaryFolder();
const mostMs = 4000; // twice what is promised, for machines with much else to do
const digits = join('data', 'mnist-tiny');

/** A folder of so many links to one picture that takes long to decode. */
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
    /^Measuring swd/m,
    'SIGTERM',
    143,
  ],
  ['sample', ['sample', ...mnist, '--count', '9999', '--out', 'a.png'], /^Engine/m, 'SIGTERM', 143],
  ['sample --separate', ['sample', ...mnist, '--count', '9999', '--separate', 'faces'], /^Making/m, 'SIGINT', 130],
  ['interpolate', ['interpolate', ...mnist, '--seeds', '1,2', '--frames', '9999'], /^Engine/m, 'SIGTERM', 143],
  ['explore', ['explore', '--checkpoint', 'emoji', ...wasm], /^Engine/m, 'SIGTERM', 143],
  ['data prepare', ['data', 'prepare', 'avatars', '--count', '9999'], /^Writing/m, 'SIGTERM', 143],
];

for (const [what, args, interruptAt, signal, exitCode] of table) {
  test(`${what}: ${signal} ends it with exit ${exitCode}, one document and nothing half written`, async () => {
    const run = await runCli([...args, '--json'], { cwd, interruptAt, signal });
    assert.equal(run.exitCode, exitCode, run.stderr);
    const error = { code: 'interrupted', message: `Stopped by ${signal}.`, data: { signal }, exitCode };
    assert.deepEqual(JSON.parse(run.stdout), { error });
    assert.match(run.stderr, /^Stopping\.$/m);
    assert.ok(run.stoppedInMs! < mostMs, `${run.stoppedInMs} ms\n${run.stderr}`);
    const begun = /\.partial|^(data|results|checkpoints)\/.*[^/]$|^[^/]*(a|interpolation|explore)\.png$/;
    const left = listAll(cwd).filter((path) => begun.test(path));
    assert.deepEqual(left, []);
  });
}
