import assert from 'node:assert/strict';
import { join } from 'node:path';
import { before, test } from 'node:test';
import { type TrainResult, train } from '../../../src/commands/train.ts';
import { runCli } from '../../helpers/run-cli.ts';
import { temporaryFolder, tinyConfig, writeJsonFile, writePictures } from '../../helpers/temporary-run.ts';

const root = temporaryFolder();
let run: TrainResult;

before(async () => {
  await writePictures(join(root, 'pictures'), 40);
  const config = writeJsonFile(join(root, 'tiny.json'), tinyConfig());
  const io = { onEvent: () => {}, shouldStop: () => false };
  run = await train({ config, set: [], engine: 'wasm', root, fresh: false }, io);
});

const evaluate = (...flags: string[]) =>
  runCli(['evaluate', '--checkpoint', run.runHash, '--engine', 'wasm', '--count', '20', ...flags], { cwd: root });

test('prints the metrics, the images compared and the files as a table', async () => {
  const { exitCode, stdout, stderr } = await evaluate('--metrics', 'nearest,ms-ssim', '--step', '8', '--seed', '3');
  assert.equal(exitCode, 0, stderr);
  const lines = stdout.split('\n');
  assert.deepEqual(lines.slice(0, 3), [
    `generated    20 images of ${run.runHash}, step 8, seed 3`,
    'real         as many of the 40 images in pictures (training data)',
    'compared at  16 x 16 pixels, gray, resized: bilinear, 8 x 8 to 16 x 16',
  ]);
  assert.match(stdout, /^metric +generated +real$/m);
  assert.match(stdout, /^ms-ssim +[\d.]+ +[\d.]+ {2}as the data; higher is less diverse$/m);
  assert.match(stdout, /^nearest +[\d.]+ +[\d.]+ {2}far below real: the generator memorised images$/m);
  assert.ok(stdout.endsWith(`\nresults/${run.runHash}/metrics.jsonl\nresults/${run.runHash}/neighbours-000008.png\n`));
  assert.match(stderr, /Computing ms-ssim 100%/);
});

test('--json prints one object and nothing else to stdout', async () => {
  const { stdout } = await evaluate('--metrics', 'diversity', '--size', '32', '--json');
  const { metrics, size, files } = JSON.parse(stdout);
  assert.deepEqual(size, { width: 32, height: 32 });
  assert.ok(metrics.diversity.values.distance >= 0);
  assert.deepEqual(files, [`results/${run.runHash}/metrics.jsonl`]);
});

test('reports a usage error as one message with exit code 2', async () => {
  const { exitCode, stdout, stderr } = await evaluate('--metrics', 'ssim');
  assert.deepEqual([exitCode, stdout], [2, '']);
  assert.match(stderr, /There is no metric called "ssim"\.\n.*The metrics are swd, ms-ssim, /);
  assert.equal((await evaluate('--best', '--step', '8')).exitCode, 2);
  assert.equal((await evaluate('--best')).exitCode, 4);
});
