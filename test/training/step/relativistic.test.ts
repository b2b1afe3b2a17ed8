// The relativistic pairing loss and R2, against their formulas on a linear discriminator.
import assert from 'node:assert/strict';
import { before, test } from 'node:test';
import { square, sum, type Tensor, tensor, tensor1d, tensor4d, valueAndGrads } from '@tensorflow/tfjs-core';
import { lossObject } from '../../../src/config/schema/training.ts';
import { adversarialLoss } from '../../../src/training/losses.ts';
import { gradientPenalty } from '../../../src/training/regularisation/penalties.ts';
import { useCpuBackend } from '../../helpers/cpu-backend.ts';
import { minimalConfig } from '../../helpers/minimal-config.ts';
import { configOf } from '../../helpers/tiny-network.ts';
import { assertClose } from './golden.ts';
import { dot, minus, names, probe } from './probed-step.ts';

before(useCpuBackend);

const softplus = (x: number) => Math.log1p(Math.exp(x));
const sigmoid = (x: number) => 1 / (1 + Math.exp(-x));

test('computes softplus of the differences of pairs and its gradients, also for large ones', () => {
  const loss = adversarialLoss(lossObject.parse({ type: 'relativistic' }));
  const [reals, fakes] = [
    [0.5, -2, 3, 80],
    [1.5, 0.25, -3, -80],
  ];
  const column = (values: number[]) => tensor(values, [values.length, 1]);
  const none = column([0, 0, 0, 0]);
  const learned = valueAndGrads((real, fake) => loss.discriminator(real!, fake!, none, none).total)([
    column(reals!),
    column(fakes!),
  ]);
  const differences = reals!.map((real, index) => fakes![index]! - real);
  const mean = (values: number[]) => values.reduce((sum, value) => sum + value, 0) / values.length;
  assertClose(learned.value.dataSync(), [mean(differences.map(softplus))], 'discriminator loss', 1e-6);
  const slopes = differences.map((difference) => sigmoid(difference) / 4);
  assertClose(learned.grads[1]!.dataSync(), slopes, 'slope at generated images', 1e-6);
  assertClose(
    learned.grads[0]!.dataSync(),
    slopes.map((slope) => -slope),
    'slope at real images',
    1e-6,
  );
  const answered = valueAndGrads((fake) => loss.generator(fake!, none, none, column(reals!)))([column(fakes!)]);
  assertClose(
    answered.value.dataSync(),
    [mean(differences.map((difference) => softplus(-difference)))],
    'generator',
    1e-6,
  );
  assertClose(
    answered.grads[0]!.dataSync(),
    differences.map((difference) => -sigmoid(-difference) / 4),
    'slope',
    1e-6,
  );
});

for (const order of ['discriminator-first', 'generator-first', 'simultaneous']) {
  test(`${order}: updates the generator with the same real image under the current discriminator`, async () => {
    const { means, kernelGradient, imageGradient, kernel, real, fake, after } = await probe({
      training: { loss: 'relativistic', order },
    });
    const difference = minus(fake, real);
    const before = dot(difference, kernel);
    assertClose([means.discriminatorLoss], [softplus(before)], 'discriminator loss', 1e-5);
    const expected = difference.map((value) => sigmoid(before) * value);
    // with the generator first, its weights have changed, but the discriminator sees its earlier images
    assertClose(kernelGradient, expected, "discriminator's gradient", 1e-4);
    const seen = order === 'discriminator-first' ? after[names.kernel]! : kernel;
    const then = dot(difference, seen);
    assertClose([means.generatorLoss], [softplus(-then)], 'generator loss', 1e-5);
    assertClose(
      imageGradient,
      seen.map((value) => -sigmoid(-then) * value),
      "generator's gradient",
      1e-4,
    );
    assert.equal(means.discriminatorLossReal, undefined);
  });
}

test('penalises real images, fake ones or both: weight / 2 of the squared kernel of a linear network', async () => {
  const results = await Promise.all(
    [undefined, 'real', 'fake', 'both'].map((on) =>
      probe({ training: { gradientPenalty: { type: 'r1', weight: 3, ...(on && { on }) } } }),
    ),
  );
  const plain = await probe({});
  const penalty = 1.5 * dot(plain.kernel, plain.kernel);
  for (const [index, { means, kernelGradient, kernel }] of results.entries()) {
    const factor = index === 3 ? 2 : 1;
    assertClose([means.discriminatorLoss - plain.means.discriminatorLoss], [factor * penalty], 'penalty', 1e-5);
    assertClose(
      minus(kernelGradient, plain.kernelGradient),
      kernel.map((value) => factor * 3 * value),
      'gradient',
      1e-4,
    );
  }
});

test('computes the penalty of each kind of image where the slope varies, and their sum for both', () => {
  const discriminate = (x: Tensor) => sum(square(x), [1, 2, 3]); // its gradient is 2 x
  const images = { real: tensor4d([1, 2], [2, 1, 1, 1]), fake: tensor4d([3, 4], [2, 1, 1, 1]) };
  const random = { seed: tensor1d([1], 'int32'), nextDraw: () => 0 };
  const penaltyOn = (on: 'real' | 'fake' | 'both') =>
    gradientPenalty({ type: 'r1', on, weight: 1 }, discriminate, images, random).dataSync()[0];
  assert.deepEqual((['real', 'fake', 'both'] as const).map(penaltyOn), [5, 25, 30]); // (4 + 16) / 4, (36 + 64) / 4
});

test('rejects settings that do not allow pairs, and an option without effect, by key', () => {
  const wrong: [section: 'training' | 'data', values: object, message: RegExp][] = [
    ['training', { freshLatents: true }, /training\.freshLatents: .*pairs/],
    ['training', { generatorSteps: 2 }, /training\.generatorSteps: .*pairs/],
    ['data', { lastBatch: 'full-noise' }, /data\.lastBatch: .*pairs/],
    ['training', { diffAugment: ['color'], adaptiveAugment: {} }, /training\.adaptiveAugment: needs the sign/],
    ['training', { labels: { real: 0.9 } }, /training\.labels\.real: has no effect/],
    [
      'training',
      { gradientPenalty: { type: 'wgan-gp', on: 'both' } },
      /training\.gradientPenalty\.on: is an option of r1/,
    ],
  ];
  for (const [section, values, message] of wrong) {
    const content = minimalConfig();
    content.training['loss'] = 'relativistic';
    Object.assign(content[section], values);
    assert.throws(() => configOf(content), { code: 'config.invalid', message });
  }
});
