import assert from 'node:assert/strict';
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { before, test } from 'node:test';
import sharp from 'sharp';
import { type SampleOptions, sample } from '../../src/commands/sample.ts';
import { type TrainResult, train } from '../../src/commands/train.ts';
import { temporaryFolder, tinyConfig, writeJsonFile, writePictures } from '../helpers/temporary-run.ts';

const root = temporaryFolder();
let run: TrainResult;

before(async () => {
  await writePictures(join(root, 'pictures'), 10);
  const config = writeJsonFile(join(root, 'tiny.json'), tinyConfig());
  const io = { onEvent: () => {}, shouldStop: () => false };
  run = await train({ config, set: [], engine: 'wasm', root, fresh: false }, io);
});

const at = (name: string) => join(root, name);
const options = (more: Partial<SampleOptions>): SampleOptions => ({
  checkpoint: run.runHash,
  count: 6,
  columns: 3,
  out: at('out.png'),
  engine: 'wasm',
  root,
  ...more,
});
const pixelsOf = (path: string) => sharp(path).raw().toBuffer();

test("samples of a run's last checkpoint are its last grid, pixel for pixel", async () => {
  const result = await sample(options({}));
  assert.deepEqual(result, { out: at('out.png'), images: 6, runHash: run.runHash, step: 12 });
  assert.deepEqual(await pixelsOf(at('out.png')), await pixelsOf(at(join(run.results, 'samples', '000012.png'))));
});

test('a checkpoint is found by the start of its hash and by its path, and a step by its folder', async () => {
  await sample(options({}));
  const expected = readFileSync(at('out.png'));
  for (const checkpoint of [run.runHash.slice(0, 3), at(run.checkpoints), at(join(run.checkpoints, '000012'))]) {
    await sample(options({ checkpoint, out: at('again.png') }));
    assert.deepEqual(readFileSync(at('again.png')), expected, checkpoint);
  }
  const earlier = await sample(options({ checkpoint: at(join(run.checkpoints, '000008')), out: at('again.png') }));
  assert.equal(earlier.step, 8);
  assert.notDeepEqual(readFileSync(at('again.png')), expected);
});

test('more images than one call makes begin with the same ones', async () => {
  await sample(options({ count: 70, columns: 10, out: at('seventy.png') }));
  await sample(options({ count: 10, columns: 10, out: at('ten.png') }));
  const { width, height } = await sharp(at('seventy.png')).metadata();
  assert.deepEqual([width, height], [10 * 66 + 2, 7 * 66 + 2]);
  const firstRow = await sharp(at('seventy.png')).extract({ left: 0, top: 0, width: 662, height: 68 }).raw().toBuffer();
  assert.deepEqual(firstRow, await pixelsOf(at('ten.png')));
});

test('without columns the picture is about square', async () => {
  await sample({ checkpoint: run.runHash, count: 7, out: at('square.png'), engine: 'wasm', root });
  const { width, height } = await sharp(at('square.png')).metadata();
  assert.deepEqual([width, height], [3 * 66 + 2, 3 * 66 + 2]);
});

test('what cannot be made is a clear error, and no file', async () => {
  const out = at('none.png');
  await assert.rejects(sample(options({ count: 1_000_000_000, out })), {
    code: 'usage.too-many-images',
    exitCode: 2,
    message: /1000000000 images of \[8, 8, 1\] do not fit into one picture\.\nAt most 10000 do\./,
  });
  await assert.rejects(sample(options({ checkpoint: 'nothing', out })), { code: 'checkpoint.unknown', exitCode: 4 });
  await assert.rejects(sample(options({ out: at('none.txt') })), { code: 'usage.unknown-picture-format', exitCode: 2 });
  await assert.rejects(sample(options({ out: at('tiny.json/none.png') })), { code: 'usage.cannot-write', exitCode: 2 });
  assert.ok(!existsSync(out) && !existsSync(at('none.txt')));
});
