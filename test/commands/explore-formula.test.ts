import assert from 'node:assert/strict';
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { before, test } from 'node:test';
import sharp from 'sharp';
import { exploreFormula, type FormulaOptions } from '../../src/commands/explore-formula.ts';
import { sample } from '../../src/commands/sample.ts';
import { train } from '../../src/commands/train.ts';
import { latentsOfSeeds } from '../../src/models/latents.ts';
import { temporaryFolder, tinyConfig, writeJsonFile, writePictures } from '../helpers/temporary-run.ts';

const root = temporaryFolder();
const at = (name: string) => join(root, name);
let runHash: string;

before(async () => {
  await writePictures(at('pictures'), 10);
  const config = writeJsonFile(at('tiny.json'), tinyConfig());
  const io = { onEvent: () => {}, shouldStop: () => false };
  ({ runHash } = await train({ config, set: [], engine: 'wasm', root, fresh: false }, io));
});

const options = (formula: string, more: Partial<FormulaOptions> = {}): FormulaOptions => ({
  formula,
  checkpoint: runHash,
  engine: 'wasm',
  root,
  out: at('explore.png'),
  ...more,
});

const seed = (number: number) => [...latentsOfSeeds({ size: 4, distribution: 'normal' }, [number])];
const each = (count: number, value: (i: number) => number) =>
  Array.from({ length: count }, (_, i) => Math.fround(value(i)));

/** The image of a latent vector as dcgan sample makes it, 64 x 64 grey pixels. */
async function imageOf(vector: number[]): Promise<Buffer> {
  const latents = writeJsonFile(at('vector.json'), [vector]);
  await sample({ checkpoint: runHash, engine: 'wasm', root, latents, padding: 0, out: at('one.png') });
  return sharp(at('one.png')).raw().toBuffer();
}

/** The image in a cell of a grid with padding 2. */
function cell(column: number, row: number): Promise<Buffer> {
  const place = { left: 2 + column * 66, top: 2 + row * 66, width: 64, height: 64 };
  return sharp(at('explore.png')).extract(place).raw().toBuffer();
}

test('draws operands, signs and result in the order of the formula', async () => {
  const { vector, operands } = await exploreFormula(options('s2 - s7 + s1'));
  const [a, b, c] = [seed(2), seed(7), seed(1)];
  assert.deepEqual(
    vector,
    each(4, (i) => a[i]! - b[i]! + c[i]!),
  );
  assert.deepEqual(operands, [
    { sign: '+', formula: 's2', vectors: ['s2'] },
    { sign: '-', formula: 's7', vectors: ['s7'] },
    { sign: '+', formula: 's1', vectors: ['s1'] },
  ]);
  const { width, height } = await sharp(at('explore.png')).metadata();
  assert.deepEqual([width, height], [7 * 66 + 2, 66 + 2]);
  for (const [place, shown] of [a, b, c, vector].entries()) {
    assert.deepEqual(await cell(2 * place, 0), await imageOf(shown), `image ${place}`);
  }
  const inkIn = async (column: number) => (await cell(column, 0)).filter((value) => value < 255).length;
  const [minus, plus, equals] = [await inkIn(1), await inkIn(3), await inkIn(5)];
  assert.ok(minus > 0 && plus > minus && equals === 2 * minus);
});

test('draws the vectors of an average or product above the operand', async () => {
  const { vector } = await exploreFormula(options('-mean(s1, s2) + s3'));
  const [a, b, c] = [seed(1), seed(2), seed(3)];
  const mean = each(4, (i) => (a[i]! + b[i]!) / 2);
  assert.deepEqual(
    vector,
    each(4, (i) => c[i]! - (a[i]! + b[i]!) / 2),
  );
  const { width, height } = await sharp(at('explore.png')).metadata();
  assert.deepEqual([width, height], [6 * 66 + 2, 3 * 66 + 2]);
  assert.deepEqual(await cell(1, 0), await imageOf(a));
  assert.deepEqual(await cell(1, 1), await imageOf(b));
  assert.deepEqual(await cell(1, 2), await imageOf(mean));
  assert.deepEqual(await cell(3, 2), await imageOf(c));
  assert.deepEqual(await cell(5, 2), await imageOf(vector));
  for (const [column, row] of [
    [0, 0],
    [3, 1],
    [4, 1],
    [5, 0],
  ] as const) {
    assert.ok(
      (await cell(column, row)).every((value) => value === 255),
      `${column}, ${row} is empty`,
    );
  }
});

test('a saved vector can be used in later formulas and by dcgan sample', async () => {
  const first = await exploreFormula(options('s1 - s2', { save: 'step_1' }));
  assert.equal(first.saved, at(`results/${runHash}/vectors/step_1.json`));
  assert.deepEqual(JSON.parse(readFileSync(first.saved, 'utf8')), [first.vector]);
  const { vector } = await exploreFormula(options('2 * step_1'));
  assert.deepEqual(
    vector,
    first.vector.map((value) => 2 * value),
  );
  await sample({ checkpoint: runHash, engine: 'wasm', root, latents: first.saved, padding: 0, out: at('one.png') });
  assert.deepEqual(await sharp(at('one.png')).raw().toBuffer(), await imageOf(first.vector));
});

test('rejects invalid formulas without writing a file', async () => {
  await exploreFormula(options('s1', { save: 'broken' }));
  writeFileSync(at(`results/${runHash}/vectors/broken.json`), '[[1, 2]]');
  const out = at('none.png');
  const refused = (formula: string, more: Partial<FormulaOptions>, code: string, message: RegExp) =>
    assert.rejects(exploreFormula(options(formula, { out, ...more })), { code, message, exitCode: 2 });
  await refused(
    's1 - smiel',
    {},
    'usage.formula',
    /no saved vector smiel, at character 6\.\n {2}s1 - smiel\n {7}\^\nSaved for this run: broken/,
  );
  await refused('s4294967296', {}, 'usage.formula', /4294967296 is not a seed, at character 1/);
  await refused('s1 * s2', {}, 'usage.formula', /two vectors cannot be multiplied/);
  await refused('s1 -', { checkpoint: 'nothing' }, 'usage.formula', /it ends where/);
  await refused('s1 - broken', {}, 'usage.latents', /broken\.json has 2 numbers/);
  for (const save of ['', '1a', 's12', 'mean', '../a', 'a-b', 'ä'])
    await refused('s1', { save }, 'usage.vector-name', /A vector cannot be named/);
  assert.ok(!existsSync(out));
});
