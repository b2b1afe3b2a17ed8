// Evaluation during training does not affect the run, agrees with dcgan evaluate, and is neither lost nor repeated.
import assert from 'node:assert/strict';
import { appendFileSync, cpSync, readdirSync, readFileSync, renameSync } from 'node:fs';
import { join } from 'node:path';
import { before, describe, test } from 'node:test';
import sharp from 'sharp';
import { evaluate } from '../../../src/commands/evaluate.ts';
import { type TrainIo, train } from '../../../src/commands/train.ts';
import { loadCheckpoint } from '../../../src/runs/checkpoint.ts';
import type { TrainingProgress } from '../../../src/training/loop.ts';
import { fixture } from '../../helpers/golden-features.ts';
import { temporaryFolder, tinyConfig, writeJsonFile, writePictures } from '../../helpers/temporary-run.ts';
import { noTensorflow } from '../../helpers/tensorflow.ts';

const installed = process.env['DCGAN_CACHE'];
const root = temporaryFolder();
before(async () => {
  await writePictures(join(root, 'pictures'), 40);
});

const measured = { every: { steps: 3 }, names: ['swd', 'diversity'], count: 20, best: 'swd' };

let runs = 0;

/** A new root for a run with an averaged generator, on the wasm engine by default. */
function newRun(metrics?: object, engine: 'wasm' | 'tensorflow' = 'wasm') {
  const own = join(root, String(runs++));
  cpSync(join(root, 'pictures'), join(own, 'pictures'), { recursive: true });
  cpSync(fixture('nchw.onnx'), join(own, 'nchw.onnx'));
  const content = tinyConfig();
  const training = { ...content.training, ema: { decay: 0.9 } };
  const config = writeJsonFile(join(own, 'tiny.json'), { ...content, training, ...(metrics && { metrics }) });
  return {
    own,
    async train({ stopWhen = () => false, set = [] }: { stopWhen?: (event: Event) => boolean; set?: string[] } = {}) {
      const events: Event[] = [];
      let stopped = false;
      const io: TrainIo = {
        onEvent(event) {
          events.push(structuredClone(event));
          stopped ||= stopWhen(event);
        },
        shouldStop: () => stopped,
      };
      const result = await train({ config, set, engine, root: own, fresh: false }, io);
      const [results, checkpoints] = [join(own, result.results), join(own, result.checkpoints)];
      return { ...result, results, checkpoints, events, latest: await loadCheckpoint(checkpoints, 'latest') };
    },
  };
}

type Event = Parameters<TrainIo['onEvent']>[0];

/** The lines of metrics.jsonl without timing fields. */
function evaluationsOf(results: string) {
  const lines = readFileSync(join(results, 'metrics.jsonl'), 'utf8').trim().split('\n');
  return lines.map((line) => {
    const { time: _time, seconds: _seconds, ...rest } = JSON.parse(line);
    return rest;
  });
}

const isMeasuring = (at: number, phase: string) => (event: Event) =>
  event.type === 'evaluating' && event.step === at && event.phase === phase;

for (const engine of ['wasm', 'tensorflow'] as const) {
  test(`${engine}: metrics change neither the run, bit for bit, nor its name`, {
    skip: engine === 'tensorflow' && noTensorflow,
  }, async () => {
    const cache = process.env['DCGAN_CACHE'];
    if (engine === 'tensorflow') restoreCache();
    const [without, withMetrics] = [await newRun(undefined, engine).train(), await newRun(measured, engine).train()];
    process.env['DCGAN_CACHE'] = cache;
    assert.equal(withMetrics.runHash, without.runHash);
    assert.equal(Object.keys(without.latest.tensors).length > 10, true);
    assert.deepEqual(withMetrics.latest.tensors, without.latest.tensors);
    assert.deepEqual(
      evaluationsOf(withMetrics.results).map(({ step }) => step),
      [3, 6, 9, 12],
    );
  });
}

/** The cache with the installed native engine. */
function restoreCache(): void {
  if (installed === undefined) delete process.env['DCGAN_CACHE'];
  else process.env['DCGAN_CACHE'] = installed;
}

describe('evaluations of a run', () => {
  test('agree with dcgan evaluate for the same checkpoint, also with features', async () => {
    const features = { network: 'nchw.onnx', range: [-1, 1] };
    const run = await newRun({ ...measured, names: ['swd', 'ms-ssim', 'fid', 'kid'], features }).train();
    const last = evaluationsOf(run.results).at(-1);
    const options = {
      checkpoint: run.runHash,
      count: 20,
      seed: 0,
      engine: 'wasm',
      root: join(run.results, '../..'),
    } as const;
    const result = await evaluate({ ...options, metrics: ['swd', 'ms-ssim', 'fid', 'kid'] }, () => {});
    assert.deepEqual(last.metrics, result.metrics);
    assert.deepEqual(last.features, result.features);
    assert.deepEqual([last.by, last.step, result.by, result.step], ['train', 12, 'evaluate', 12]);
    assert.equal(result.features?.network, 'nchw.onnx');
    const { format, width } = await sharp(join(run.results, 'metrics.png')).metadata();
    assert.ok(format === 'png' && width > 400);
  });

  test('are neither lost nor repeated wherever the run is stopped', async () => {
    const whole = await newRun(measured).train();
    const expected = evaluationsOf(whole.results);
    const moments: ((event: Event) => boolean)[] = [
      (event) => event.type === 'tick' && event.tick.step === 3, // seen after the step
      isMeasuring(6, 'generate'), // in the middle of it
      isMeasuring(9, 'swd'),
      (event) => event.type === 'evaluation' && event.step === 6,
    ];
    for (const [i, stopWhen] of moments.entries()) {
      const run = newRun(measured);
      const first = await run.train({ stopWhen });
      assert.equal(first.interrupted, true, `moment ${i}`);
      const rest = await run.train();
      assert.deepEqual(evaluationsOf(rest.results), expected, `moment ${i}`);
      assert.deepEqual(rest.latest.tensors, whole.latest.tensors);
      const { evaluated } = rest.latest.state['position'] as { evaluated: object };
      assert.deepEqual(evaluated, (whole.latest.state['position'] as { evaluated: object }).evaluated);
    }
  });

  test('after the checkpoint are repeated; those of dcgan evaluate are kept, and a partial line is removed', async () => {
    const run = newRun(measured);
    const whole = await run.train();
    const log = join(whole.results, 'metrics.jsonl');
    const [manual] = evaluationsOf(whole.results).slice(-1);
    appendFileSync(log, `${JSON.stringify({ ...manual, by: 'evaluate', step: 99 })}\n`);
    appendFileSync(log, `${JSON.stringify({ ...manual, step: 15 })}\n{"by":"tr`);
    const longer = await run.train({ set: ['training.steps=15'] });
    assert.deepEqual(
      evaluationsOf(longer.results).map(({ by, step }) => `${by} ${step}`),
      ['train 3', 'train 6', 'train 9', 'train 12', 'evaluate 99', 'train 15'],
    );
  });
});

test('the best checkpoint is the one with the lowest distance, and is kept', async () => {
  const run = await newRun(measured).train();
  const distances = evaluationsOf(run.results).map(({ metrics }) => metrics.swd.values.average as number);
  const lowest = [3, 6, 9, 12][distances.indexOf(Math.min(...distances))];
  const best = await loadCheckpoint(run.checkpoints, 'best');
  assert.equal(best.step, lowest);
  const reported = run.events.filter((event) => event.type === 'evaluation').map(({ isBest }) => isBest);
  const lowestSoFar = distances.map((distance, i) => distances.slice(0, i).every((before) => distance < before));
  assert.deepEqual(reported, lowestSoFar);
  const noBest = await newRun({ ...measured, best: undefined }).train();
  await assert.rejects(loadCheckpoint(noBest.checkpoints, 'best'), { code: 'checkpoint.missing' });
});

test('a failing run rolls back to the best checkpoint by the metric, and repeats later evaluations', async () => {
  const run = newRun({ ...measured, every: { steps: 20 } });
  const set = [
    'generator.optimizer.learningRate={from: 0.02, to: 1e39, over: {steps: 75}, shape: step}', // overflows at step 76
    'training.steps=90',
    'training.onCollapse=rollback',
    'training.rollbackTries=2',
    'outputs.checkpointEvery.steps=30',
    'outputs.lossesEvery.steps=10',
    'outputs.samplesEvery.steps=1000',
  ];
  await assert.rejects(run.train({ set }), {
    code: 'diverged.gave-up',
    message: /\nThe best checkpoint by swd is \S+0000[246]0\.\n/,
  });
  const [hash] = readdirSync(join(run.own, 'results'));
  const lines = evaluationsOf(join(run.own, 'results', hash!));
  const steps = lines.map(({ step }) => step);
  const distances = lines.map(({ metrics }) => metrics.swd.values.average as number);
  assert.deepEqual(steps, [20, 40, 60]);
  const best = await loadCheckpoint(join(run.own, 'checkpoints', hash!), 'best');
  assert.equal(best.step, steps[distances.indexOf(Math.min(...distances))]);
  const { rollbacks, evaluated } = best.state['position'] as TrainingProgress;
  assert.deepEqual([rollbacks, evaluated.at, evaluated.best?.step], [2, best.step, best.step]);
});

test('reports missing requirements of metrics before the first step', async () => {
  const run = newRun({
    ...measured,
    names: ['fid'],
    best: 'fid',
    features: { network: 'nowhere.onnx', range: [0, 1] },
  });
  await assert.rejects(run.train(), { code: 'usage.features-file' });
});

test('a run whose logs have the names of an earlier version is resumed and evaluated under the present ones', async () => {
  const run = newRun(measured);
  const { results, runHash } = await run.train();
  const linesOf = (log: string) => readFileSync(join(results, log), 'utf8').trim().split('\n');
  const before = { losses: linesOf('losses.jsonl'), metrics: linesOf('metrics.jsonl') };
  const giveOldNames = () => {
    renameSync(join(results, 'metrics.jsonl'), join(results, 'evaluations.jsonl'));
    renameSync(join(results, 'losses.jsonl'), join(results, 'metrics.jsonl'));
  };

  giveOldNames();
  await run.train({ set: ['training.steps=15'] });
  assert.deepEqual(linesOf('losses.jsonl').slice(0, before.losses.length), before.losses);
  assert.deepEqual(linesOf('metrics.jsonl').slice(0, before.metrics.length), before.metrics);
  assert.equal(linesOf('metrics.jsonl').length, before.metrics.length + 1); // of step 15

  giveOldNames();
  const options = { checkpoint: runHash, count: 20, seed: 0, engine: 'wasm', root: run.own } as const;
  await evaluate({ ...options, metrics: ['diversity'] }, () => {});
  assert.equal(linesOf('metrics.jsonl').length, before.metrics.length + 2);
  assert.equal(readdirSync(results).includes('evaluations.jsonl'), false);
});
