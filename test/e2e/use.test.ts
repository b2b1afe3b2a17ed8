import assert from 'node:assert/strict';
import { readdirSync, rmSync, truncateSync } from 'node:fs';
import { join } from 'node:path';
import { before, test } from 'node:test';
import sharp from 'sharp';
import { train } from '../../src/commands/train.ts';
import { runCli } from '../helpers/run-cli.ts';
import { temporaryFolder, tinyConfig, writeJsonFile, writePictures } from '../helpers/temporary-run.ts';

const cwd = temporaryFolder();
let checkpoint: string;

before(async () => {
  await writePictures(join(cwd, 'pictures'), 10);
  const config = writeJsonFile(join(cwd, 'tiny.json'), tinyConfig());
  const io = { onEvent: () => {}, shouldStop: () => false };
  checkpoint = (await train({ config, set: [], engine: 'wasm', root: cwd, fresh: false }, io)).runHash;
});

const dcgan = (command: string, flags: string) =>
  runCli([command, '--checkpoint', checkpoint, '--engine', 'wasm', ...flags.split(' ')], { cwd });

test('dcgan sample writes separate files from any checkpoint and reports them as JSON', async () => {
  const { exitCode, stdout, stderr } = await dcgan('sample', '--seeds 0-2,70 --separate faces --step 8 --json');
  assert.equal(exitCode, 0, stderr);
  const { step, images, seeds, files } = JSON.parse(stdout);
  assert.deepEqual([step, images, seeds], [8, 4, [0, 1, 2, 70]]);
  assert.deepEqual(
    files.map((file: string) => file.replaceAll('\\', '/')),
    ['faces/000000.png', 'faces/000001.png', 'faces/000002.png', 'faces/000070.png'],
  );
  assert.equal(readdirSync(join(cwd, 'faces')).length, 4);
});

test('dcgan interpolate writes a seamless GIF between two seeds at the requested speed', async () => {
  const { exitCode, stdout, stderr } = await dcgan(
    'interpolate',
    '--from 3 --to 9 --frames 4 --loop --fps 10 --out a.gif',
  );
  assert.equal(exitCode, 0, stderr);
  assert.equal(stdout, `6 images, linear, of run ${checkpoint}, step 12: a.gif\n`);
  const { pages, delay } = await sharp(join(cwd, 'a.gif'), { animated: true }).metadata();
  assert.deepEqual([pages, delay], [6, Array(6).fill(100)]);
});

test('skips a damaged latest checkpoint with a message, and rejects it if named explicitly', async () => {
  truncateSync(join(cwd, 'checkpoints', checkpoint, '000012', 'weights.safetensors'), 100);
  const passedOver = await dcgan('sample', '--count 1');
  assert.equal(passedOver.exitCode, 0, passedOver.stderr);
  assert.match(
    passedOver.stderr,
    /Skipped a damaged checkpoint: .*weights\.safetensors is damaged: 100 bytes, not \d+\.\nUsing step 8 of run/,
  );
  rmSync(join(cwd, 'samples.png'));
  const refused = await dcgan('sample', '--count 1 --step 12');
  assert.equal(refused.exitCode, 4);
  assert.match(refused.stderr, /weights\.safetensors is damaged/);
});
