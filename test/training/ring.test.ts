import assert from 'node:assert/strict';
import { test } from 'node:test';
import { openEngine } from '../../src/engines/open.ts';
import { noTensorflow } from '../helpers/tensorflow.ts';
import { ringConfig, trainOnRing } from './ring.ts';

const opened = openEngine(noTensorflow ? 'wasm' : 'tensorflow');

/** Well below what every loss reaches with seeds 0 to 3: all eight modes, and shares from 0.67 (clipped weights) to 0.94. */
const enough = { modes: 7, share: 0.55 };

const setups = {
  bce: { training: {} },
  minimax: { training: { loss: { generator: 'minimax' } } },
  'bce with r1': { training: { gradientPenalty: { type: 'r1', weight: 0.1 } } },
  lsgan: { training: { loss: 'lsgan' } },
  hinge: { training: { loss: 'hinge' } },
  'wgan with clipped weights': {
    training: { loss: 'wgan', clipWeights: 0.1, discriminatorSteps: 5, steps: 1000 },
    learningRate: 1e-3,
    beta1: 0,
  },
  'wgan with gradient penalty': {
    training: {
      loss: 'wgan',
      gradientPenalty: { type: 'wgan-gp', weight: 0.3 },
      discriminatorSteps: 3,
      steps: 1000,
    },
  },
};

for (const [name, setup] of Object.entries(setups)) {
  const skip = name === 'bce' ? false : noTensorflow; // without it one takes half a minute
  test(`${name}: the generator learns the eight Gaussians of a ring`, { skip }, async () => {
    const { engine } = await opened;
    const { modes, share } = await trainOnRing(engine, ringConfig(setup, 0));
    const found = `${modes} modes, ${(100 * share).toFixed(1)} % of the samples on one`;
    assert.ok(modes >= enough.modes && share >= enough.share, found);
  });
}

test('does not learn them untrained, nor with a discriminator trained on inverted labels', async () => {
  const { engine } = await opened;
  const untrained = await trainOnRing(engine, ringConfig(setups.bce, 0), 0);
  const swapped = { training: { labels: { real: 0, fake: 1 } } };
  const misled = await trainOnRing(engine, ringConfig(swapped, 0), 700);
  for (const { modes, share } of [untrained, misled]) {
    assert.ok(modes <= 2 && share < enough.share / 2, `${modes} modes, share ${share}`);
  }
});
