// Runs stopped or killed during tuning, during an evaluation and after a rollback, then resumed, equal an undisturbed run.
import assert from 'node:assert/strict';
import { mkdirSync, readdirSync, readFileSync, symlinkSync } from 'node:fs';
import { join } from 'node:path';
import { before, describe, test } from 'node:test';
import { cachePath } from '../../src/system/user-cache.ts';
import { runCli } from '../helpers/run-cli.ts';
import { temporaryFolder, tinyConfig, writeJsonFile, writePictures } from '../helpers/temporary-run.ts';
import { noTensorflow } from '../helpers/tensorflow.ts';

const installed = cachePath('tensorflow');
const base = temporaryFolder();

before(async () => {
  await writePictures(join(base, 'pictures'), 20);
});

/** The bytes of the last weights, and the log without timing fields. */
function remains(cwd: string) {
  const [hash] = readdirSync(join(cwd, 'results'));
  const checkpoints = join(cwd, 'checkpoints', hash!);
  const latest = readFileSync(join(checkpoints, 'latest'), 'utf8').trim();
  const lines = readFileSync(join(cwd, 'results', hash!, 'losses.jsonl'), 'utf8')
    .trimEnd()
    .split('\n');
  return {
    latest,
    weights: readFileSync(join(checkpoints, latest, 'weights.safetensors')).toString('base64'),
    metrics: lines.map((line) => ({ ...JSON.parse(line), seconds: 0, imagesPerSecond: 0 })),
  };
}

type TinyConfig = ReturnType<typeof tinyConfig>;

interface Phase {
  engine: 'wasm' | 'tensorflow';
  config: () => TinyConfig;
  /** A line of stderr in the phase. */
  at: RegExp;
  /** Of an undisturbed run. */
  exitCode: number;
  skip?: string | false;
}

function evaluated(): TinyConfig {
  return Object.assign(tinyConfig(), {
    metrics: { every: { steps: 4 }, names: ['swd', 'diversity'], count: 500, best: 'swd' },
  });
}

/** Weights overflow at step 26 of 30 with any seed; the last rollback is undisturbed, so that both runs end in the same attempt. */
function rolledBack(): TinyConfig {
  const config = tinyConfig();
  const learningRate = { from: 2e-2, to: 1e39, over: { steps: 25 }, shape: 'step' };
  Object.assign(config.generator, { optimizer: { learningRate } });
  Object.assign(config.training, { steps: 30, onCollapse: 'rollback', rollbackTries: 2 });
  Object.assign(config.outputs, { checkpointEvery: { steps: 10 }, lossesEvery: { steps: 5 } });
  return config;
}

/** Convolutions of 66 million operations, for which forms are timed. */
function tuned(): TinyConfig {
  const config = tinyConfig();
  config.data.size = 32;
  Object.assign(config.training, { batchSize: 20 });
  Object.assign(config.generator, {
    layers: [
      { type: 'dense', units: 2048 },
      { type: 'reshape', shape: [8, 8, 32] },
      { type: 'convTranspose', filters: 32, kernel: 5, stride: 2 },
      { type: 'leakyRelu' },
      { type: 'convTranspose', filters: 1, kernel: 5, stride: 2 },
      { type: 'tanh' },
    ],
  });
  return config;
}

const phases: Record<string, Phase> = {
  'an evaluation': { engine: 'wasm', config: evaluated, at: /^Evaluating .* at step 8/m, exitCode: 0 },
  'a rollback': { engine: 'wasm', config: rolledBack, at: /^Rolled back/m, exitCode: 6 },
  tuning: { engine: 'tensorflow', config: tuned, at: /^Tuning/m, exitCode: 0, skip: noTensorflow },
};

describe('a stopped and resumed run has the bytes of an undisturbed run', { concurrency: 1 }, () => {
  for (const [name, { engine, config, at, exitCode, skip = false }] of Object.entries(phases)) {
    for (const signal of ['SIGKILL', 'SIGTERM'] as const) {
      test(`${signal} in ${name}`, { skip }, async () => {
        const cache = join(base, `${name} ${signal} cache`); // without tuning results
        mkdirSync(cache);
        if (engine === 'tensorflow') symlinkSync(installed, join(cache, 'tensorflow'));
        const env = { DCGAN_CACHE: cache };
        const [ended, whole] = ['ended', 'whole'].map((kind) => join(base, `${name} ${signal} ${kind}`));
        for (const cwd of [ended!, whole!]) {
          mkdirSync(cwd);
          symlinkSync(join(base, 'pictures'), join(cwd, 'pictures'));
          writeJsonFile(join(cwd, 'tiny.json'), config());
        }
        const args = ['train', '--config', 'tiny.json', '--engine', engine];
        const first = await runCli(args, { cwd: ended!, env, interruptAt: at, signal });
        assert.equal(first.exitCode, signal === 'SIGTERM' ? 143 : null, first.stderr);
        const resumed = await runCli(args, { cwd: ended!, env });
        assert.equal(resumed.exitCode, exitCode, resumed.stderr);
        const alone = await runCli(args, { cwd: whole!, env });
        assert.equal(alone.exitCode, exitCode, alone.stderr);
        assert.deepEqual(remains(ended!), remains(whole!));
      });
    }
  }
});
