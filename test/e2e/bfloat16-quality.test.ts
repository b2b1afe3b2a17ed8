// Compares generators trained in bfloat16 and float32: the quick start's networks on real digits, three seeds each.
import assert from 'node:assert/strict';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, test } from 'node:test';
import { bfloat16Units } from '../../src/engines/tensorflow/bfloat16-support.ts';
import { distanceAfter, meanDistance } from '../helpers/quality.ts';
import { noTensorflow } from '../helpers/tensorflow.ts';

// Measured over seeds 0 to 24 on a CPU with AVX512_BF16, with the distance of `distanceAfter`:
//   float32         19.2 16.6 16.1 17.9 18.8 18.2 17.5 18.1 16.4 18.9 18.3 19.7 18.7 18.4 22.8 18.1 17.1 17.7 18.7 19.7 19.3 21.7 20.1 20.4 18.9
//   mixed_bfloat16  18.4 16.9 20.6 26.1 16.4 17.7 19.4 19.7 21.4 20.7 18.0 19.9 18.4 17.7 21.8 17.9 16.9 19.3 19.5 18.6 18.2 18.8 18.9 21.8 17.9
//   means 18.7 and 19.2, standard deviations 1.5 and 2.1; bfloat16 minus float32 of the same seed 0.5, deviation 2.4
//   float32 after half the steps, seeds 0 to 2: 29.8 31.6 25.6; after a quarter: 61 57 51; after a tenth: 161 129 118
// The mean difference over three seeds has deviation 2.4 / sqrt(3) = 1.4; the test allows two deviations of float32 runs.
const spread = 3.1;
const seeds = [0, 1, 2];
const steps = 378; // six epochs of 2,000 digits

const noUnits = bfloat16Units()
  ? false
  : 'this processor has no units for bfloat16; without them it takes several times as long';

// Not temporaryFolder(), which hides the installed engine.
const root = mkdtempSync(join(tmpdir(), 'dcgan-quality-'));
after(() => rmSync(root, { recursive: true, force: true }));

const trained = {
  config: 'quick',
  engine: 'tensorflow',
  root,
  count: 1024,
  set: [
    'training.ema={decay: 0.98}', // without it the distance varies more within a run than between runs
    `outputs.samplesEvery={steps: ${steps}}`,
    `outputs.checkpointEvery={steps: ${steps}}`,
  ],
} as const;

test('bfloat16 and float32 reach the same distance, within the spread between runs', {
  skip: noTensorflow || noUnits,
}, async (t) => {
  const halfTrained = await distanceAfter(steps / 2, 'float32', seeds[0]!, trained);
  const float32 = await meanDistance(steps, 'float32', seeds, trained);
  const bfloat16 = await meanDistance(steps, 'mixed_bfloat16', seeds, trained);
  t.diagnostic(`float32 ${float32}, mixed_bfloat16 ${bfloat16}, float32 after half the steps ${halfTrained}`);
  assert.ok(Math.abs(bfloat16 - float32) < spread, `${bfloat16} in bfloat16, ${float32} in float32`);
  assert.ok(halfTrained - float32 > 2 * spread, `${halfTrained} after half the steps, ${float32} after all: blind`);
});
