import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { test } from 'node:test';
import { buildWorkers } from '../../bench/build.ts';
import { runContest } from '../../bench/contest.ts';
import { type Contestant, trainers } from '../../bench/contestants.ts';
import { findPython, whyUnfit } from '../../bench/python.ts';
import { noTensorflow } from '../helpers/tensorflow.ts';
import { configOf } from '../helpers/tiny-network.ts';

const python = findPython();
const noPeers = noTensorflow || (whyUnfit(python) ?? false);

/** TensorFlow's paddings, logits, one batch of fake images, both gradients at the same weights. */
const simultaneous = {
  data: { folder: 'none', size: 8, channels: 1, lastBatch: 'drop' },
  generator: {
    latent: { size: 5 },
    layers: [
      { type: 'dense', units: 48, bias: false },
      { type: 'batchNorm' },
      { type: 'leakyRelu' },
      { type: 'reshape', shape: [4, 4, 3] },
      { type: 'convTranspose', filters: 1, kernel: 5, stride: 2 },
      { type: 'tanh' },
    ],
  },
  discriminator: {
    layers: [
      { type: 'conv', filters: 4, kernel: 5, stride: 2 },
      { type: 'leakyRelu' },
      { type: 'dropout', rate: 0.3 },
      { type: 'flatten' },
      { type: 'dense', units: 1 },
    ],
  },
  training: { steps: 9, batchSize: 64, order: 'simultaneous' },
};

/** PyTorch's paddings, probabilities, fresh latents. */
const alternating = {
  data: { folder: 'none', size: 8, channels: 3, lastBatch: 'drop', range: [0, 1] },
  generator: {
    latent: { size: 5, distribution: 'uniform' },
    layers: [
      { type: 'dense', units: 48 },
      { type: 'reshape', shape: [4, 4, 3] },
      { type: 'upsample', factor: 2 },
      { type: 'conv', filters: 3, kernel: 3, padding: 1 },
      { type: 'sigmoid' },
    ],
  },
  discriminator: {
    layers: [
      { type: 'conv', filters: 4, kernel: 3, stride: 2, padding: 1 },
      { type: 'relu' },
      { type: 'dropout', rate: 0.25, channels: true },
      { type: 'batchNorm', epsilon: 0.8 },
      { type: 'flatten' },
      { type: 'dense', units: 1 },
      { type: 'sigmoid' },
    ],
  },
  training: { steps: 9, batchSize: 64, order: 'generator-first', freshLatents: true, loss: { on: 'probabilities' } },
};

/** Runs a short contest, which compares parameters, scores and losses before it measures. */
async function shortContest(content: object, names: readonly string[]): Promise<void> {
  const contestants = ['this float32', ...names].map(
    (name): Contestant => trainers.find((known) => known.name === name)!,
  );
  const config = configOf(content);
  const plan = {
    config,
    job: 'training',
    contestants,
    rounds: 2,
    programs: { python, built: buildWorkers() },
    images: 0,
    turnMs: 0,
    log: () => {},
  } as const;
  const contest = await runContest(plan);
  assert.deepEqual(
    Object.keys(contest.contestants),
    contestants.map(({ name }) => name),
  );
  for (const [name, { ms, peakMiB, losses }] of Object.entries(contest.contestants)) {
    assert.ok(ms.length === 2 && ms.every((value) => value > 0), `${name}: ${ms}`);
    assert.ok(peakMiB > 50, `${name}: ${peakMiB}`);
    assert.ok(losses['discriminator']! > 0 && losses['generator']! > 0, name);
  }
}

test('stock tfjs-node does the same work as this program', { skip: noTensorflow }, async () => {
  await shortContest(simultaneous, ['tfjs-node stock']);
  await shortContest(alternating, ['tfjs-node stock']);
});

const pythonPeers = ['Keras tf.function', 'PyTorch default', 'PyTorch bf16 channels_last'];

test('Keras and PyTorch do the same work as this program', { skip: noPeers }, async () => {
  await shortContest(simultaneous, pythonPeers);
  await shortContest(alternating, pythonPeers);
});

test('test requirements pin the same versions of the peers', () => {
  const packages = (file: string) => {
    const text = readFileSync(new URL(`../../${file}`, import.meta.url), 'utf8');
    return text.split('\n').filter((line) => line.includes('=='));
  };
  const given = packages('test/exports/requirements.txt');
  const peers = packages('bench/requirements.txt');
  assert.equal(peers.length, 4);
  for (const peer of peers) assert.ok(given.includes(peer), peer);
});

test('rejects configs that the peers do not support', async () => {
  const wgan = { ...simultaneous, training: { ...simultaneous.training, loss: 'wgan', clipWeights: 0.01 } };
  await assert.rejects(shortContest(wgan, []), /bce, nor a penalty, noise, augmentation, clipped weights or average/);
});
