import assert from 'node:assert/strict';
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { before, test } from 'node:test';
import sharp from 'sharp';
import { exploreSweeps, type SweepOptions } from '../../src/commands/explore-sweeps.ts';
import { sample } from '../../src/commands/sample.ts';
import { train } from '../../src/commands/train.ts';
import { latentsOfSeeds } from '../../src/models/latents.ts';
import { temporaryFolder, tinyConfig, writeJsonFile, writePictures } from '../helpers/temporary-run.ts';

const root = temporaryFolder();
const at = (name: string) => join(root, name);
const latentSize = 4; // of tinyConfig, whose 8 x 8 images are drawn 8 times as large
let runHash: string;

before(async () => {
  await writePictures(at('pictures'), 10);
  const config = writeJsonFile(at('tiny.json'), tinyConfig());
  const io = { onEvent: () => {}, shouldStop: () => false };
  ({ runHash } = await train({ config, set: [], engine: 'wasm', root, fresh: false }, io));
});

const options = (more: Partial<SweepOptions> = {}): SweepOptions => ({
  checkpoint: runHash,
  engine: 'wasm',
  root,
  out: at('explore.png'),
  ...more,
});

/** The images of seed 5 with one dimension at other values, as dcgan sample makes them: a row of the picture. */
async function rowOf(dimension: number, values: readonly number[]) {
  const z = [...latentsOfSeeds({ size: latentSize, distribution: 'normal' }, [5])];
  const vectors = values.map((value) => z.map((other, i) => (i === dimension ? value : other)));
  const latents = writeJsonFile(at('vectors.json'), vectors);
  await sample({ checkpoint: runHash, engine: 'wasm', root, latents, columns: values.length, out: at('row.png') });
  return sharp(at('row.png')).raw().toBuffer({ resolveWithObject: true });
}

/** The mean difference between the two images of a row with padding 2. */
async function changeOf(dimension: number, range: number): Promise<number> {
  const { data, info } = await rowOf(dimension, [-range, range]);
  const pixel = (x: number, y: number) => data[(y * info.width + x) * info.channels]!;
  let sum = 0;
  for (let y = 2; y < 66; y++) for (let x = 2; x < 66; x++) sum += Math.abs(pixel(x, y) - pixel(x + 66, y));
  return sum / 64 ** 2;
}

test('ranks dimensions by the change between their ends, as measured in images of dcgan sample', async () => {
  const { dimensions } = await exploreSweeps(options({ seed: 5, range: 2 }));
  const expected = [];
  for (let dimension = 0; dimension < latentSize; dimension++) {
    expected.push({ dimension, change: await changeOf(dimension, 2) });
  }
  expected.sort((a, b) => b.change - a.change);
  assert.ok(expected[0]!.change > expected[1]!.change && expected[3]!.change > 0);
  assert.deepEqual(dimensions, expected);
});

test('each row of the picture is a labelled sweep', async () => {
  const { dimensions, out } = await exploreSweeps(options({ seed: 5, range: 2, steps: 5, dimensions: 3 }));
  assert.equal(dimensions.length, 3);
  const { width, height } = await sharp(out).metadata();
  const rowWidth = 5 * 66 + 2;
  const labelWidth = width - rowWidth;
  assert.equal(height, 3 * 66 + 2);
  for (const [row, { dimension }] of dimensions.entries()) {
    const { data } = await rowOf(dimension, [-2, -1, 0, 1, 2]);
    const shown = sharp(out).extract({ left: labelWidth, top: row * 66, width: rowWidth, height: 68 });
    assert.deepEqual(await shown.raw().toBuffer(), data, `z${dimension}`);
    const label = sharp(out).extract({ left: 0, top: row * 66 + 2, width: labelWidth, height: 64 });
    const inks = [...(await label.raw().toBuffer())];
    assert.ok(Math.min(...inks) < 140, 'there is ink');
    assert.ok(inks.filter((value) => value === 255).length > inks.length / 2, 'on white');
  }
});

test('defaults to seed 0, -3 to 3 in nine steps, and all of a few dimensions', async () => {
  const { seed, range, steps, dimensions } = await exploreSweeps(options());
  assert.deepEqual([seed, range, steps, dimensions.length], [0, 3, 9, 4]);
});

test('rejects invalid options without writing a file', async () => {
  const out = at('none.png');
  const refused = (more: Partial<SweepOptions>, code: string, message: RegExp) =>
    assert.rejects(exploreSweeps(options({ out, ...more })), {
      code,
      message,
      exitCode: code.startsWith('usage') ? 2 : 4,
    });
  await refused(
    { dimensions: 5 },
    'usage.dimensions',
    /Expected 1 to 4, the size of this generator's latent vectors\.\n--dimensions 4/,
  );
  await refused({ steps: 1 }, 'usage.steps', /cannot have 1 step\./);
  await refused({ steps: 1_000_000_000 }, 'usage.picture-too-large', /4000000000 images/);
  await refused({ seed: -1 }, 'usage.seeds', /-1 is not a seed/);
  await refused({ checkpoint: 'nothing' }, 'checkpoint.unknown', /no checkpoint called "nothing"/);
  await refused({ out: at('none.txt') }, 'usage.unknown-picture-format', /none\.txt/);
  assert.ok(!existsSync(out));
});
