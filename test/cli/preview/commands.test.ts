import assert from 'node:assert/strict';
import { join } from 'node:path';
import { before, test } from 'node:test';
import sharp from 'sharp';
import { runCli } from '../../helpers/run-cli.ts';
import { temporaryFolder, tinyConfig, writeJsonFile, writePictures } from '../../helpers/temporary-run.ts';

const cwd = temporaryFolder();
let hash = '';
let trainingStderr = '';

before(async () => {
  await writePictures(join(cwd, 'pictures'), 10);
  writeJsonFile(join(cwd, 'tiny.json'), tinyConfig());
  const run = await runCli(['train', '--config', 'tiny.json', '--engine', 'wasm', '--preview=kitty', '--json'], {
    cwd,
  });
  hash = JSON.parse(run.stdout).runHash;
  trainingStderr = run.stderr;
});

const pixelsOf = (picture: string | Buffer) => sharp(picture).toColourspace('srgb').raw().toBuffer();

/** The pictures for kitty in the output. */
function pictures(text: string): Buffer[] {
  const chunks = [...text.replaceAll('\x1b', '␛').matchAll(/␛_G([^;]*);([^␛]*)␛\\/g)];
  let base64 = '';
  return chunks.flatMap(([, controls, data]) => {
    base64 = controls!.startsWith('a=T') ? data! : base64 + data;
    return controls!.endsWith('m=0') ? [Buffer.from(base64, 'base64')] : [];
  });
}

test('train --preview shows each sample grid after its step', async () => {
  assert.deepEqual(
    trainingStderr.match(/Samples at step \d+:/g),
    [0, 6, 12].map((step) => `Samples at step ${step}:`),
  );
  const shown = pictures(trainingStderr);
  assert.equal(shown.length, 3);
  for (const [i, name] of ['000000', '000006', '000012'].entries()) {
    assert.deepEqual(await pixelsOf(shown[i]!), await pixelsOf(join(cwd, 'results', hash, 'samples', `${name}.png`)));
  }
});

const commands = [
  ['sample', '--count', '4', '--out', 'shown.png'],
  ['interpolate', '--from', '1', '--to', '2', '--out', 'shown.png'],
  ['explore', '--out', 'shown.png'],
  ['explore', '--formula', 's1 - s2', '--out', 'shown.png'],
];

for (const [command, ...flags] of commands) {
  test(`${[command, ...flags].join(' ')} --preview shows the picture it wrote, and prints only the result to stdout`, async () => {
    const args = [command!, ...flags, '--checkpoint', hash, '--engine', 'wasm', '--json', '--preview=kitty'];
    const { exitCode, stdout, stderr } = await runCli(args, { cwd });
    assert.equal(exitCode, 0, stderr);
    assert.equal(JSON.parse(stdout).runHash, hash);
    const [shown, ...others] = pictures(stderr);
    assert.deepEqual(others, []);
    assert.deepEqual(await pixelsOf(shown!), await pixelsOf(join(cwd, 'shown.png')));
  });
}

test('explore prints its dimensions, and where it saved the result of a formula', async () => {
  const explore = (...more: string[]) =>
    runCli(['explore', '--checkpoint', hash, '--engine', 'wasm', ...more], { cwd });
  const { stdout } = await explore('--dimensions', '2', '--range', '1.5');
  assert.match(
    stdout,
    /^Seed 0 of run [0-9a-f]{7}, step 12: explore\.png, one row per dimension, from -1\.5 to 1\.5\.\n/,
  );
  assert.match(stdout, /\ndimension +change\nz\d +\d+\.\d\nz\d +\d+\.\d\n$/);
  const saved = await explore('--formula', '-s1', '--save', 'not_one');
  assert.equal(
    saved.stdout,
    `-s1 with run ${hash}, step 12: explore.png\nSaved for later formulas of this run: results/${hash}/vectors/not_one.json\n`,
  );
});
