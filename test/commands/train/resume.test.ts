// Runs that were stopped, killed, extended or restarted equal an uninterrupted run.
import assert from 'node:assert/strict';
import { existsSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { saveCheckpoint } from '../../../src/runs/checkpoint.ts';
import { listAll, type tinyConfig } from '../../helpers/temporary-run.ts';
import { metricsOf, newRun } from '../tiny-runs.ts';

test('a stopped and resumed run equals an uninterrupted one: weights, moments and metrics, bit for bit', async () => {
  const whole = await newRun().train();
  for (const stopAfter of [1, 5, 8]) {
    const run = newRun();
    const first = await run.train([], { stopAfter });
    assert.deepEqual([first.step, first.interrupted], [stopAfter, true]);
    const rest = await run.train();
    assert.deepEqual([rest.step, rest.interrupted, rest.runHash], [12, false, whole.runHash]);
    const start = rest.events.find((event) => event.type === 'run');
    assert.ok(start?.type === 'run' && start.resumedAt === stopAfter);
    assert.deepEqual(rest.latest.tensors, whole.latest.tensors);
    assert.deepEqual(metricsOf(rest.results), metricsOf(whole.results));
    const pictures = (results: string) => readFileSync(join(results, 'samples', '000012.png'));
    assert.deepEqual(pictures(rest.results), pictures(whole.results));
  }
});

test('a longer length continues the same run', async () => {
  const run = newRun();
  const short = await run.train(['training.steps=8']);
  const long = await run.train(['training.epochs=4']); // 3 batches an epoch
  assert.equal(long.runHash, short.runHash);
  assert.deepEqual([short.step, long.step], [8, 12]);
  const whole = await newRun().train();
  assert.deepEqual(long.latest.tensors, whole.latest.tensors);
});

test('a finished run is not changed', async () => {
  const run = newRun();
  const first = await run.train();
  const before = listAll(run.own);
  const again = await run.train();
  assert.deepEqual([again.step, again.interrupted], [12, false]);
  assert.ok(!again.events.some((event) => ['tick', 'samples', 'checkpoint'].includes(event.type)));
  assert.deepEqual(listAll(run.own), before);
  assert.deepEqual(again.latest.tensors, first.latest.tensors);
});

test('a run killed before its first checkpoint starts again, with its log lines removed', async () => {
  const run = newRun();
  const first = await run.train();
  rmSync(first.checkpoints, { recursive: true });
  const second = await run.train();
  assert.equal(metricsOf(second.results).length, 4);
  assert.deepEqual(second.latest.tensors, first.latest.tensors);
});

test('a run killed after its checkpoint repeats the steps and log lines since', async () => {
  const run = newRun();
  const first = await run.train();
  rmSync(join(first.checkpoints, '000012'), { recursive: true });
  const second = await run.train();
  const start = second.events.find((event) => event.type === 'run');
  assert.ok(start?.type === 'run');
  assert.equal(start.resumedAt, 8);
  assert.match(start.refused[0]!.path, /000012$/);
  assert.equal(metricsOf(second.results).length, 4);
  assert.deepEqual(second.latest.tensors, first.latest.tensors);
});

test('--fresh starts over and gives the same run again', async () => {
  const run = newRun();
  const first = await run.train([], { stopAfter: 5 });
  writeFileSync(join(first.results, 'left-over.txt'), '');
  const second = await run.train([], { fresh: true });
  const start = second.events.find((event) => event.type === 'run');
  assert.ok(start?.type === 'run' && start.resumedAt === 0);
  assert.ok(!existsSync(join(first.results, 'left-over.txt')));
  assert.deepEqual(second.latest.tensors, (await newRun().train()).latest.tensors);
});

test('every order, several updates, label noise and a dropped last batch train and resume', async () => {
  for (const order of ['discriminator-first', 'generator-first', 'simultaneous']) {
    const settings = (content: ReturnType<typeof tinyConfig>) => {
      Object.assign(content.training, { order, discriminatorSteps: 2, generatorSteps: 2, steps: 4 });
      Object.assign(content.training, { labels: { real: [0.8, 1], flip: 0.1 } });
      Object.assign(content.data, { lastBatch: 'drop', range: [0, 1] });
    };
    const whole = await newRun(settings).train();
    const run = newRun(settings);
    await run.train([], { stopAfter: 3 });
    const resumed = await run.train();
    assert.deepEqual(resumed.latest.tensors, whole.latest.tensors, order);
    assert.equal(whole.step, 4);
  }
});

test('with every option on, a resumed run equals an uninterrupted one, bit for bit', async () => {
  const over = { steps: 9 };
  const everything = (content: ReturnType<typeof tinyConfig>) => {
    Object.assign(content.data, { flip: 0.5, lastBatch: 'full-noise' });
    const limits = { clipNorm: 1, clipValue: 0.5 };
    Object.assign(content.generator, {
      optimizer: { ...limits, learningRate: { from: 2e-3, to: 1e-4, over, shape: 'cosine' }, form: 'tensorflow' },
    });
    Object.assign(content.discriminator, { optimizer: { ...limits, learningRate: { from: 1e-3, to: 1e-4, over } } });
    Object.assign(content.training, {
      loss: { type: 'bce', generator: 'minimax', discriminatorScale: 0.5 },
      order: 'generator-first',
      discriminatorSteps: 2,
      generatorSteps: 2,
      freshLatents: true,
      labels: {
        inverted: true,
        real: { from: [0, 0.3], to: 0, over },
        fake: [0.7, 1.2],
        flip: { from: 0.2, to: 0.01, over, shape: 'step' },
      },
      instanceNoise: { deviation: { from: 0.2, to: 0, over } },
      diffAugment: ['color', 'translation', 'cutout'],
      clipWeights: 0.5,
      ema: { decay: 0.9 },
    });
    Object.assign(content.outputs.grid, { batchNorm: 'batch' });
  };
  const whole = await newRun(everything).train();
  const run = newRun(everything);
  for (const stopAfter of [5, 2]) assert.equal((await run.train([], { stopAfter })).interrupted, true);
  const resumed = await run.train();
  assert.deepEqual([whole.step, resumed.step], [12, 12]);
  assert.deepEqual(resumed.latest.tensors, whole.latest.tensors);
  assert.deepEqual(metricsOf(resumed.results), metricsOf(whole.results));
  const samples = (results: string) => readFileSync(join(results, 'samples', '000012.png'));
  assert.deepEqual(samples(resumed.results), samples(whole.results));
  const averages = Object.keys(whole.latest.tensors).filter((name) => name.startsWith('average/'));
  assert.equal(averages.length, 5);
});

test('a checkpoint from a version without health resumes', async () => {
  const whole = await newRun().train();
  const run = newRun();
  const { checkpoints, latest } = await run.train([], { stopAfter: 5 });
  const { step, images, seconds } = latest.state['position'] as Record<string, number>;
  await saveCheckpoint(checkpoints, { ...latest, state: { ...latest.state, position: { step, images, seconds } } });
  const rest = await run.train();
  assert.deepEqual(rest.latest.tensors, whole.latest.tensors);
  assert.deepEqual(rest.latest.state['position'], {
    ...(whole.latest.state['position'] as object),
    seconds: (rest.latest.state['position'] as { seconds: number }).seconds,
  });
});

test('a checkpoint from a version without separate discriminator losses resumes, and the next tick has them', async () => {
  const whole = await newRun().train();
  const run = newRun();
  const { checkpoints, latest } = await run.train([], { stopAfter: 5 });
  const { 'means/discriminator-parts': _parts, ...tensors } = latest.tensors;
  await saveCheckpoint(checkpoints, { ...latest, tensors });
  const rest = await run.train();
  assert.deepEqual(rest.latest.tensors, whole.latest.tensors);
  const [before, after] = [metricsOf(whole.results), metricsOf(rest.results)].map((lines) =>
    lines.map((line) => JSON.parse(line)),
  );
  const third = 2; // of steps 7 to 9
  assert.deepEqual(after![third], before![third]);
  assert.ok(after![1].discriminatorLossReal > 0);
});
