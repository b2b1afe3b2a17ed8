// One run on several engines: the same losses, portable checkpoints, and the same images.
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { before, describe, test } from 'node:test';
import sharp from 'sharp';
import { sample } from '../../../src/commands/sample.ts';
import { type TrainResult, train } from '../../../src/commands/train.ts';
import type { EngineName } from '../../../src/engines/engine.ts';
import { temporaryFolder, tinyConfig, writeJsonFile, writePictures } from '../../helpers/temporary-run.ts';
import { noTensorflow } from '../../helpers/tensorflow.ts';
import { noWebgpu } from '../../helpers/webgpu.ts';

const cache = process.env['DCGAN_CACHE']; // where the native engine may be installed
const folder = temporaryFolder();
if (cache === undefined) delete process.env['DCGAN_CACHE'];
else process.env['DCGAN_CACHE'] = cache;

const engines: EngineName[] = noTensorflow ? ['webgpu', 'wasm'] : ['webgpu', 'wasm', 'tensorflow'];

/** Every ordered pair of engines. */
const everyPair: EngineName[] = noTensorflow
  ? ['webgpu', 'wasm', 'webgpu']
  : ['webgpu', 'wasm', 'tensorflow', 'wasm', 'webgpu', 'tensorflow', 'webgpu'];

function trainTo(steps: number, engine: EngineName, root: string): Promise<TrainResult> {
  const set = [`training.steps=${steps}`, 'training.precision=float32', `data.folder=${join(folder, 'pictures')}`];
  const config = join(folder, 'tiny.json');
  return train({ config, set, engine, root, fresh: false }, { onEvent: () => {}, shouldStop: () => false });
}

function lossesOf(root: string, { results }: TrainResult): number[] {
  const lines = readFileSync(join(root, results, 'losses.jsonl'), 'utf8')
    .trim()
    .split('\n');
  return lines.flatMap((line) => {
    const { discriminatorLoss, generatorLoss } = JSON.parse(line) as Record<string, number>;
    return [discriminatorLoss!, generatorLoss!];
  });
}

function largestDifference(a: ArrayLike<number>, b: ArrayLike<number>): number {
  assert.equal(a.length, b.length);
  return Array.from(a).reduce((most, value, index) => Math.max(most, Math.abs(value - b[index]!)), 0);
}

describe('the webgpu engine and the others', { skip: noWebgpu }, () => {
  before(async () => {
    await writePictures(join(folder, 'pictures'), 10);
    writeJsonFile(join(folder, 'tiny.json'), tinyConfig());
  });

  test('losses with the same seed agree within 1e-3', async () => {
    const losses: number[][] = [];
    for (const engine of engines) {
      const root = join(folder, `alone-${engine}`);
      losses.push(lossesOf(root, await trainTo(6, engine, root)));
    }
    for (const other of losses.slice(1)) assert.ok(largestDifference(losses[0]!, other) < 1e-3, `${losses}`);
  });

  test('a checkpoint of each engine resumes on every other with the same result', async () => {
    const root = join(folder, 'relay');
    let last: TrainResult | undefined;
    for (const [leg, engine] of everyPair.entries()) last = await trainTo(3 * (leg + 1), engine, root);
    const alone = join(folder, 'alone-to-the-end');
    const expected = lossesOf(alone, await trainTo(last!.step, 'wasm', alone));
    assert.ok(largestDifference(lossesOf(root, last!), expected) < 1e-3);
  });

  test('samples of the same checkpoint agree within 2 of 255', async () => {
    const root = join(folder, 'alone-wasm');
    const { runHash } = await trainTo(6, 'wasm', root);
    const pictures: Buffer[] = [];
    for (const engine of engines) {
      const out = join(folder, `${engine}.png`);
      await sample({ checkpoint: runHash, count: 6, out, engine, root });
      pictures.push(await sharp(out).raw().toBuffer());
    }
    for (const other of pictures.slice(1)) assert.ok(largestDifference(pictures[0]!, other) <= 2);
  });
});
