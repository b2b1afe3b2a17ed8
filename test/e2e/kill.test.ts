// A run killed with SIGKILL at any moment and resumed gives the same bytes as an uninterrupted run, in real processes.
import assert from 'node:assert/strict';
import { cpSync, mkdirSync, readdirSync, readFileSync, symlinkSync } from 'node:fs';
import { join } from 'node:path';
import { before, describe, test } from 'node:test';
import { RandomStream } from '../../src/random.ts';
import { loadCheckpoint } from '../../src/runs/checkpoint.ts';
import { cachePath } from '../../src/system/user-cache.ts';
import { killRun, type Moment } from '../helpers/kill-run.ts';
import { runCli } from '../helpers/run-cli.ts';
import { temporaryFolder, tinyConfig, writeJsonFile, writePictures } from '../helpers/temporary-run.ts';
import { noTensorflow } from '../helpers/tensorflow.ts';
import { noFloat16, noWebgpu } from '../helpers/webgpu.ts';

const installed = cachePath('tensorflow');
const base = temporaryFolder();

before(async () => {
  await writePictures(join(base, 'pictures'), 70);
  mkdirSync(join(base, 'cache'), { recursive: true });
  if (!noTensorflow) symlinkSync(installed, join(base, 'cache', 'tensorflow'));
});

/**
 * With 32 channels: convolutions of 66 million operations, which take the form that was measured, and megabytes to save. Dropout,
 * averages, an evaluation in between.
 */
function killable(precision: string, { channels, side }: { channels: number; side: number }) {
  const config = tinyConfig();
  return {
    ...config,
    data: { ...config.data, size: 4 * side },
    generator: {
      latent: { size: 32 },
      layers: [
        { type: 'dense', units: side * side * channels, bias: false },
        { type: 'batchNorm' },
        { type: 'relu' },
        { type: 'reshape', shape: [side, side, channels] },
        { type: 'convTranspose', filters: channels, kernel: 5, stride: 2 },
        { type: 'leakyRelu' },
        { type: 'convTranspose', filters: 1, kernel: 5, stride: 2 },
        { type: 'tanh' },
      ],
    },
    discriminator: {
      layers: [
        { type: 'conv', filters: channels, kernel: 5, stride: 2 },
        { type: 'leakyRelu' },
        { type: 'conv', filters: channels, kernel: 5, stride: 2 },
        { type: 'batchNorm' },
        { type: 'leakyRelu' },
        { type: 'dropout', rate: 0.3 },
        { type: 'flatten' },
        { type: 'dense', units: 1 },
      ],
    },
    metrics: { every: { steps: 5 }, names: ['swd', 'diversity'], count: 32, best: 'swd' },
    training: { steps: 28, batchSize: 20, precision, ema: { decay: 0.9 }, labels: { real: [0.8, 1], flip: 0.1 } },
    outputs: {
      grid: { rows: 2, columns: 2 },
      samplesEvery: { steps: 14 },
      checkpointEvery: { steps: 4 },
      lossesEvery: { steps: 3 },
    },
  };
}

/** The results of a run: the last checkpoint and the log, without timing fields. */
async function remains(cwd: string) {
  const [hash] = readdirSync(join(cwd, 'results'));
  const checkpoints = join(cwd, 'checkpoints', hash!);
  const { step, path, state } = await loadCheckpoint(checkpoints, 'latest');
  const { seconds: _seconds, ...position } = state['position'] as Record<string, number>;
  const linesOf = (name: string) =>
    readFileSync(join(cwd, 'results', hash!, name), 'utf8')
      .trimEnd()
      .split('\n')
      .map((line) => JSON.parse(line));
  return {
    step,
    weights: readFileSync(join(path, 'weights.safetensors')),
    state: { ...state, position },
    metrics: linesOf('losses.jsonl').map(({ seconds: _clock, imagesPerSecond: _speed, ...rest }) => rest),
    evaluations: linesOf('metrics.jsonl').map(({ time: _time, seconds: _clock, ...rest }) => rest),
    samples: readFileSync(join(cwd, 'results', hash!, 'samples', '000028.png')),
    curves: readFileSync(join(cwd, 'results', hash!, 'loss.png')),
  };
}

/** Simulates another tuning result: replaces the form of every convolution in this machine's cache. */
function changeChoices(): void {
  const folder = join(base, 'cache', 'convolutions');
  for (const name of readdirSync(folder)) {
    const choices = JSON.parse(readFileSync(join(folder, name), 'utf8')) as Record<string, string>;
    const others = Object.entries(choices).map(([key, form]) => [key, form === 'kernel' ? 'frequencies' : 'kernel']);
    assert.ok(others.length > 0);
    writeJsonFile(join(folder, name), Object.fromEntries(others));
  }
}

/** Kills a run at each of the moments, resuming in between. @returns its results when finished */
async function killedRepeatedly(cwd: string, args: readonly string[], moments: readonly Moment[], between = () => {}) {
  let torn = 0;
  let kills = 0;
  for (const moment of moments) {
    const killed = await killRun(args, cwd, moment);
    assert.ok(killed.killed || /Done|100%/.test(killed.stderr), killed.stderr);
    torn += killed.torn ? 1 : 0;
    kills += killed.killed ? 1 : 0;
    between();
  }
  const last = await runCli(args, { cwd });
  assert.equal(last.exitCode, 0, last.stderr);
  return { torn, kills, stderr: last.stderr, ...(await remains(cwd)) };
}

const large = { channels: 32, side: 8 };
const small = { channels: 4, side: 2 }; // the adapter may be a software one
const variants = [
  { engine: 'wasm', precision: 'float32', size: large, skip: false as const },
  { engine: 'tensorflow', precision: 'float32', size: large, skip: noTensorflow },
  { engine: 'tensorflow', precision: 'mixed_bfloat16', size: large, skip: noTensorflow },
  { engine: 'webgpu', precision: 'float32', size: small, skip: noWebgpu },
  { engine: 'webgpu', precision: 'mixed_float16', size: small, skip: noFloat16 },
];

describe('kill -9 at any moment', { concurrency: 1 }, () => {
  for (const { engine, precision, size, skip } of variants) {
    test(`${engine} in ${precision}: a killed and resumed run equals an uninterrupted one, byte for byte`, {
      skip,
    }, async () => {
      const [whole, broken] = ['whole', 'broken'].map((name) => join(base, `${engine}-${precision}-${name}`));
      for (const cwd of [whole!, broken!]) {
        mkdirSync(cwd);
        cpSync(join(base, 'pictures'), join(cwd, 'pictures'), { recursive: true });
        writeJsonFile(join(cwd, 'killable.json'), killable(precision, size));
      }
      const args = ['train', '--config', 'killable.json', '--engine', engine];
      const first = await runCli(args, { cwd: whole! });
      assert.equal(first.exitCode, 0, first.stderr);
      const expected = await remains(whole!);

      const random = new RandomStream(7, `${engine} ${precision}`);
      const moments: Moment[] = [
        { whileSaving: 2 }, // so that the first checkpoint is complete
        { afterMs: random.below(300) },
        { whileSaving: 1 },
        { afterMs: random.below(600) },
      ];
      const { torn, kills, stderr, ...found } = await killedRepeatedly(broken!, args, moments, () => {
        if (engine === 'tensorflow') changeChoices();
      });
      assert.ok(kills >= 3, `${kills} kills`);
      assert.ok(torn >= 1, 'no kill interrupted a save');
      assert.match(stderr, /resumed at step \d+\./);
      assert.deepEqual(found.metrics, expected.metrics);
      assert.deepEqual(found.evaluations, expected.evaluations);
      assert.ok(found.weights.equals(expected.weights), 'the weights differ');
      assert.deepEqual(found, expected);
    });
  }
});
