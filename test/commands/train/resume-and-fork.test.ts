import assert from 'node:assert/strict';
import { cpSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { before, test } from 'node:test';
import { type TrainIo, type TrainOptions, train } from '../../../src/commands/train.ts';
import { loadCheckpoint, saveCheckpoint } from '../../../src/runs/checkpoint.ts';
import { openRun } from '../../../src/training/start/open-run.ts';
import { temporaryFolder, tinyConfig, writeJsonFile, writePictures } from '../../helpers/temporary-run.ts';

const root = temporaryFolder();
const config = join(root, 'tiny.json');

type Event = Parameters<TrainIo['onEvent']>[0];

async function run(options: Partial<TrainOptions>) {
  const events: Event[] = [];
  const all: TrainOptions = { set: [], engine: 'wasm', root, fresh: false, ...options };
  const result = await train(all, { onEvent: (event) => events.push(event), shouldStop: () => false });
  const start = events.find((event) => event.type === 'run');
  assert.ok(start?.type === 'run');
  return { ...result, start, latest: await loadCheckpoint(join(all.root, result.checkpoints), 'latest') };
}

let first: Awaited<ReturnType<typeof run>>; // 12 steps of tiny.json

before(async () => {
  await writePictures(join(root, 'pictures'), 10);
  writeJsonFile(config, tinyConfig());
  first = await run({ config });
});

test('--resume continues a run by its hash without its config file, and equals an uninterrupted run', async () => {
  const resumed = await run({ resume: first.runHash.slice(0, 5), set: ['training.steps=15'] });
  assert.deepEqual([resumed.runHash, resumed.start.resumedAt, resumed.step], [first.runHash, 12, 15]);
  const other = join(root, 'other');
  cpSync(join(root, 'pictures'), join(other, 'pictures'), { recursive: true });
  const whole = await run({ config, root: other, set: ['training.steps=15'] });
  assert.deepEqual(resumed.latest.tensors, whole.latest.tensors);
});

test('--resume rejects changes that make it another run, key by key, with advice', async () => {
  const set = ['training.batchSize=5', 'generator.layers[2]={ type: leakyRelu, slope: 0.3 }', 'name=anything'];
  await assert.rejects(run({ resume: first.runHash, set }), (error: Error) => {
    assert.deepEqual(error.message.split('\n').slice(1, 4), [
      '  generator.layers[2].type: it was "relu", and is "leakyRelu" now',
      '  generator.layers[2].slope: it was not set, and is 0.3 now',
      '  training.batchSize: it was 4, and is 5 now',
    ]);
    assert.match(error.message, new RegExp(`dcgan train --fork ${first.runHash}`));
    return true;
  });
  await writePictures(join(root, 'others'), 11);
  await assert.rejects(run({ resume: first.runHash, data: 'others' }), /the contents of the data folder are others/);
});

test('--fork starts a new run from both networks and their moments, and records its origin', async () => {
  const from = join(root, 'checkpoints', first.runHash);
  const source = await loadCheckpoint(from, 'latest');
  const set = ['generator.optimizer.learningRate=1e-30', 'discriminator.optimizer.learningRate=1e-30'];
  const length = `training.steps=${source.step + 1}`;
  const fork = await run({ fork: first.runHash, set: [...set, length] });
  assert.notEqual(fork.runHash, first.runHash);
  const { identityHash: identity } = await openRun(first.runHash, root);
  const forkedFrom = { runHash: first.runHash, identity, step: source.step };
  assert.deepEqual(fork.start.forkedFrom, forkedFrom);
  assert.deepEqual(fork.latest.state['forkedFrom'], forkedFrom);
  const written = JSON.parse(readFileSync(join(root, fork.results, 'config.json'), 'utf8'));
  assert.deepEqual([written.runHash, written.forkedFrom], [fork.runHash, forkedFrom]);
  assert.equal(fork.step, source.step + 1);
  // A rate of 0 keeps the weights; m becomes 0.5 m + 0.5 g and v becomes 0.999 v + 0.001 g^2, and both must give the same g.
  for (const [name, { values }] of Object.entries(source.tensors)) {
    const now = fork.latest.tensors[name]!.values;
    if (/kernel|bias$/.test(name) && !name.startsWith('optimizer/')) assert.deepEqual(now, values, name);
    if (!name.endsWith('/m')) continue;
    const v = [source, fork.latest].map(({ tensors }) => tensors[name.replace(/m$/, 'v')]!.values);
    now.forEach((m, i) => {
      const gradient = (m - 0.5 * values[i]!) / 0.5;
      const expected = 0.999 * v[0]![i]! + 0.001 * gradient ** 2;
      assert.ok(Math.abs(v[1]![i]! - expected) < 1e-6 + 1e-3 * expected, `${name}[${i}]`);
    });
  }
  const again = await run({ resume: fork.runHash, set: [`training.steps=${source.step + 3}`] });
  assert.deepEqual([again.runHash, again.start.forkedFrom], [fork.runHash, forkedFrom]);
});

test('a fork may add weight averaging, starting from the weights of its source', async () => {
  const source = await loadCheckpoint(join(root, 'checkpoints', first.runHash), 'latest');
  const set = ['training.ema={ decay: 0.999999 }', 'generator.optimizer.learningRate=1e-30'];
  const { latest } = await run({ fork: first.runHash, set: [...set, `training.steps=${source.step + 1}`] });
  const averages = Object.entries(latest.tensors).filter(([name]) => name.startsWith('average/'));
  assert.ok(averages.length > 0);
  for (const [name, { values }] of averages)
    values.forEach((value, i) => {
      const weight = source.tensors[name.replace('average/', '')]!.values[i]!;
      assert.ok(Math.abs(value - weight) < 1e-6, name);
    });
});

test('a fork rejects other layers, a length already reached, and an imported checkpoint', async () => {
  const longer = ['training.steps=99'];
  const units = ['generator.layers[3].shape=[4, 4, 4]', 'generator.layers[0].units=64'];
  await assert.rejects(run({ fork: first.runHash, set: [...longer, ...units] }), { code: 'checkpoint.mismatch' });
  await assert.rejects(run({ fork: first.runHash, set: ['training.steps=3'] }), { code: 'usage.nothing-to-train' });
  const { tensors, state } = first.latest;
  const { position: _position, ...imported } = state;
  await saveCheckpoint(join(root, 'checkpoints', 'imported'), { step: 0, tensors, state: imported });
  await assert.rejects(run({ fork: 'imported', set: longer }), { code: 'checkpoint.generator-only' });
});

test('a config trained with other settings reports the different key and how to fork', async () => {
  const { start } = await run({ config, set: ['training.batchSize=5', 'training.steps=2'] });
  assert.notEqual(start.earlier, undefined);
  assert.ok(start.earlier!.differences.some(({ key, now }) => key === 'training.batchSize' && now === 5));
  const again = await run({ config, set: ['training.batchSize=5', 'training.steps=3'] });
  assert.equal(again.start.earlier, undefined, 'a resumed run gets no such note');
});

test('checks the progress, config and step of a forged checkpoint with correct checksums', async () => {
  const { tensors, state, step } = first.latest;
  const made = async (change: Record<string, unknown>) => {
    const folder = join(root, 'made', String(Math.random()));
    await saveCheckpoint(folder, { step, tensors, state: { ...state, ...change } });
    return openRun(folder, root);
  };
  await assert.doesNotReject(made({}));
  for (const position of [null, [], 'x', { step: '../../x', images: 1, seconds: 1 }, { step, images: -1, seconds: 0 }])
    await assert.rejects(made({ position }), { code: 'checkpoint.damaged' });
  for (const broken of [null, 7, {}, { data: {}, training: [] }])
    await assert.rejects(made({ config: broken }), { code: 'checkpoint.damaged' });
  const config = state['config'] as { data: object };
  const hostile = { ...config, data: { ...config.data, height: 1e9 }, evil: '__proto__' };
  await assert.rejects(made({ config: hostile }), { code: 'config.invalid' });
});

test('rejects training without --config, --resume or --fork', async () => {
  await assert.rejects(run({}), {
    code: 'usage.no-config',
    exitCode: 2,
    message: /no --config, no --resume and no --fork/,
  });
});
