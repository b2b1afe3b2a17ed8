// The effect of each option of the training step on gradients and weights.
import assert from 'node:assert/strict';
import { before, test } from 'node:test';
import { useCpuBackend } from '../../helpers/cpu-backend.ts';
import { assertClose } from './golden.ts';
import { dot, minus, names, probe } from './probed-step.ts';

before(useCpuBackend);

test("scales the discriminator's loss and gradient, but not the generator's", async () => {
  for (const type of ['bce', 'lsgan', 'hinge', 'wgan']) {
    const [plain, halved] = [
      await probe({ training: { loss: { type } } }),
      await probe({ training: { loss: { type, discriminatorScale: 0.5 } } }),
    ];
    assertClose([halved.means.discriminatorLoss], [plain.means.discriminatorLoss / 2], type, 1e-6);
    assertClose(
      halved.kernelGradient,
      plain.kernelGradient.map((value) => value / 2),
      type,
      1e-6,
    );
    assert.ok(plain.kernelGradient.some((value) => Math.abs(value) > 0.01));
  }
});

test("logs the terms of real and of fake images in the discriminator's loss", async () => {
  const halved = { discriminatorScale: 0.5 };
  for (const type of ['bce', 'lsgan', 'hinge', 'wgan']) {
    const { means, kernel, real, fake } = await probe({ training: { loss: { type, ...halved } } });
    const [x, y] = [real, fake].map((image) => dot(image, kernel) + 0.05) as [number, number]; // the scores
    const [ofReal, ofFake] = {
      bce: [Math.log1p(Math.exp(-x)), Math.log1p(Math.exp(y))],
      lsgan: [(x - 1) ** 2 / 2, y ** 2 / 2],
      hinge: [Math.max(0, 1 - x), Math.max(0, 1 + y)],
      wgan: [-x, y],
    }[type] as [number, number];
    const { discriminatorLossReal, discriminatorLossFake, discriminatorLoss } = means;
    assertClose([discriminatorLossReal!, discriminatorLossFake!], [ofReal / 2, ofFake / 2], type, 1e-5);
    assertClose([discriminatorLossReal! + discriminatorLossFake!], [discriminatorLoss], type, 1e-6);
    const penalised = await probe({ training: { loss: { type, ...halved }, gradientPenalty: { type: 'r1' } } });
    assert.equal(penalised.means.discriminatorLossReal, discriminatorLossReal);
    assert.ok(penalised.means.discriminatorLoss > discriminatorLoss);
  }
});

for (const generator of ['nonSaturating', 'minimax']) {
  test(`inverted labels, ${generator}: gives a negated discriminator the same gradients, losses and scores`, async () => {
    const loss = { type: 'bce', generator };
    const plain = await probe({ training: { loss } });
    const turned = await probe({ training: { loss, labels: { inverted: true } }, sign: -1 });
    assertClose([turned.means.discriminatorLoss], [plain.means.discriminatorLoss], 'discriminator loss', 1e-6);
    assertClose([turned.means.generatorLoss], [plain.means.generatorLoss], 'generator loss', 1e-6);
    assertClose(
      turned.kernelGradient,
      plain.kernelGradient.map((value) => -value),
      'gradient',
      1e-6,
    );
    assertClose(turned.imageGradient, plain.imageGradient, "generator's gradient", 1e-6);
    for (const key of ['realScore', 'fakeScore', 'realAccuracy', 'fakeAccuracy'] as const)
      assertClose([turned.means[key]], [plain.means[key]], key, 1e-6);
    const wrong = await probe({ training: { loss, labels: { inverted: true } } });
    assert.ok(Math.abs(wrong.means.realScore - plain.means.realScore) > 0.05);
  });
}

test("clips the discriminator's gradients by norm and by value", async () => {
  const { kernelGradient, biasGradient } = await probe({ discriminatorOptimizer: { clipNorm: 0.01 } });
  assertClose([Math.hypot(...kernelGradient, ...biasGradient)], [0.01], 'norm', 1e-6);
  const limited = await probe({ discriminatorOptimizer: { clipValue: 0.1 } });
  const expected = minus(limited.fake, limited.real).map((value) => Math.max(-0.1, Math.min(0.1, value)));
  assertClose(limited.kernelGradient, expected, 'clipped values', 1e-6);
});

test("clips the discriminator's weights to clipWeights, and leaves the generator's alone", async () => {
  const { after, kernel } = await probe({ training: { clipWeights: 0.04 } });
  assert.ok(kernel.some((value) => Math.abs(value) > 0.09));
  const largest = (name: string) => after[name]!.reduce((most, value) => Math.max(most, Math.abs(value)), 0);
  assert.equal(largest(names.kernel), Math.fround(0.04));
  assert.equal(largest(names.bias), Math.fround(0.04));
  assert.ok(largest(names.image) > 0.9);
});

test('computes the penalty of a linear discriminator as by hand', async () => {
  // D(x) = x k: |dD/dx| = |k| everywhere; r1: w / 2 |k|^2 with gradient w k; wgan-gp: w (|k| - 1)^2 with 2 w (|k| - 1) k / |k|
  const weight = 3;
  const plain = await probe({});
  const norm = Math.hypot(...plain.kernel);
  const byHand = {
    r1: { value: (weight / 2) * norm ** 2, factor: weight },
    'wgan-gp': { value: weight * (norm - 1) ** 2, factor: (2 * weight * (norm - 1)) / norm },
  };
  for (const [type, { value, factor }] of Object.entries(byHand)) {
    for (const order of ['discriminator-first', 'generator-first', 'simultaneous']) {
      const penalised = await probe({
        training: { gradientPenalty: { type, weight }, order },
        feeds: { noiseSeed: Int32Array.of(5) },
      });
      assertClose([penalised.means.discriminatorLoss], [plain.means.discriminatorLoss + value], `${type} ${order}`);
      const expected = plain.kernelGradient.map((slope, index) => slope + factor * plain.kernel[index]!);
      assertClose(penalised.kernelGradient, expected, `${type}, ${order}`);
      assertClose(penalised.biasGradient, plain.biasGradient, `${type}, ${order}, bias`);
    }
  }
});
