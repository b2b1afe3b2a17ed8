// The output of a complete run, and runs that are rejected or end early.
import assert from 'node:assert/strict';
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import sharp from 'sharp';
import { type TrainOptions, train } from '../../src/commands/train.ts';
import { loadCheckpoint, saveCheckpoint } from '../../src/runs/checkpoint.ts';
import { listAll } from '../helpers/temporary-run.ts';
import { metricsOf, newRun } from './tiny-runs.ts';

test('a run writes pictures of the right size, logs and checkpoints, and lists only existing files', async () => {
  const run = newRun();
  const result = await run.train();
  assert.match(result.runHash, /^[0-9a-f]{7}$/);
  assert.deepEqual([result.step, result.interrupted], [12, false]);
  assert.deepEqual(listAll(result.results), [
    '.loss-curves.json',
    'config.json',
    'environment.json',
    'evolution.png',
    'loss.png',
    'losses.jsonl',
    'reals.png',
    'samples/',
    'samples/000000.png',
    'samples/000006.png',
    'samples/000012.png',
  ]);
  assert.deepEqual(listAll(result.checkpoints), [
    '000008/',
    '000008/state.json',
    '000008/weights.safetensors',
    '000012/',
    '000012/state.json',
    '000012/weights.safetensors',
    'latest',
  ]);
  assert.equal(result.files.length, 7);
  for (const file of result.files) assert.ok(existsSync(join(run.own, file)), file);
  // 2 rows of 3 images, 8 pixels enlarged to 64, 2 between and around
  for (const picture of ['reals.png', 'samples/000000.png', 'samples/000012.png']) {
    const { format, width, height } = await sharp(join(result.results, picture)).metadata();
    assert.deepEqual([format, width, height], ['png', 3 * 66 + 2, 2 * 66 + 2], picture);
  }
  const [untrained, trained] = ['000000', '000012'].map((name) =>
    readFileSync(join(result.results, 'samples', `${name}.png`)),
  );
  assert.notDeepEqual(untrained, trained);
  const config = JSON.parse(readFileSync(join(result.results, 'config.json'), 'utf8'));
  assert.deepEqual([config.runHash, config.name, config.training.length], [result.runHash, 'tiny', { steps: 12 }]);
  const environment = JSON.parse(readFileSync(join(result.results, 'environment.json'), 'utf8'));
  assert.equal(environment.engine.name, 'wasm');
  assert.equal(metricsOf(result.results).length, 4);
});

test('never saves overflowing weights: exit 6, and the last checkpoint is intact', async () => {
  const run = newRun((content) => Object.assign(content.outputs, { checkpointEvery: { steps: 1 } }));
  const good = await run.train([], { stopAfter: 2 });
  const endless = ['generator.optimizer.learningRate=1e39'];
  await assert.rejects(run.train(endless), {
    code: 'diverged.not-finite',
    exitCode: 6,
    message: /generator\/\S+ contains NaN or infinite values at step 1/,
  });
  const [broken] = readdirSync(join(run.own, 'checkpoints')).filter((hash) => hash !== good.runHash);
  assert.deepEqual(listAll(join(run.own, 'checkpoints', broken!)), []);
  assert.equal((await loadCheckpoint(good.checkpoints, 'latest')).step, 2);
});

test('rejects a checkpoint with other shapes that claims to be of this run, with both shapes', async () => {
  const run = newRun();
  const { latest, checkpoints } = await run.train([], { stopAfter: 2 });
  const wider = newRun((content) => Object.assign(content.discriminator.layers[0]!, { filters: [5] }));
  const { tensors } = (await wider.train([], { stopAfter: 2 })).latest;
  await saveCheckpoint(checkpoints, { step: 2, tensors, state: latest.state });
  await assert.rejects(run.train(), {
    code: 'checkpoint.mismatch',
    exitCode: 4,
    message: /has \[3, 3, 1, 5\] for discriminator\/0\/kernel\.\nThis config needs \[3, 3, 1, 3\]\./,
  });
});

test('rejects a second process on the same run, also with --fresh, but not on another run', async () => {
  const run = newRun();
  const others: Promise<unknown>[] = [];
  const options: TrainOptions = {
    config: join(run.own, 'tiny.json'),
    set: [],
    engine: 'wasm',
    root: run.own,
    fresh: false,
  };
  const quiet = { onEvent: () => {}, shouldStop: () => false };
  await train(options, {
    ...quiet,
    onEvent: ({ type }) => {
      if (type !== 'start' || others.length > 0) return;
      others.push(
        assert.rejects(train(options, quiet), { code: 'usage.run-in-use', exitCode: 2 }),
        assert.rejects(train({ ...options, fresh: true }, quiet), { code: 'usage.run-in-use' }),
        train({ ...options, set: ['seed=2', 'training.steps=1'] }, quiet),
      );
    },
  });
  await Promise.all(others);
  assert.equal(others.length, 3);
  assert.deepEqual(
    readdirSync(join(run.own, 'checkpoints')).filter((name) => name.endsWith('.lock')),
    [],
  );
});
