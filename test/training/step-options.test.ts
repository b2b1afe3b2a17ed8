import assert from 'node:assert/strict';
import { before, test } from 'node:test';
import { type Tensor4D, tensor, tensor1d } from '@tensorflow/tfjs-core';
import { compileEagerly } from '../../src/engines/eager.ts';
import type { Feeds } from '../../src/engines/engine.ts';
import { buildNetworks } from '../../src/models/networks.ts';
import { type Augmentation, diffAugment } from '../../src/training/diff-augment.ts';
import { meansOf } from '../../src/training/means.ts';
import { functionNames, startingValues, trainingProgram } from '../../src/training/program.ts';
import { useCpuBackend } from '../helpers/cpu-backend.ts';
import { hashedValues } from '../helpers/hashed-values.ts';
import { configOf } from '../helpers/tiny-network.ts';
import { assertClose } from './golden.ts';

// A discriminator D(x) = x k + b and a generator that gives its own bias. With the wgan loss the discriminator's gradient in k is
// mean(fake) - mean(real), so it shows the images as they were shown; the generator's is the gradient of -D in its image.

before(useCpuBackend);

const names = { kernel: 'discriminator/1/kernel', bias: 'discriminator/1/bias', image: 'generator/0/bias' };
const rates = Float32Array.of(1e-4, 1e-8);
const beta1 = 0.5;

interface Setup {
  training?: Record<string, unknown>;
  discriminatorOptimizer?: Record<string, unknown>;
  side?: number;
  feeds?: Feeds;
  /** Factor on D's weights. */
  sign?: number;
}

/** One step on one real and one generated image; gradients come from Adam's first moments. */
async function probe({ training = {}, discriminatorOptimizer = {}, side = 8, feeds = {}, sign = 1 }: Setup) {
  const pixels = side * side * 3;
  const config = configOf({
    data: { folder: 'x', size: side, channels: 3, range: [0, 1] },
    generator: {
      latent: { size: 1 },
      layers: [
        { type: 'dense', units: pixels },
        { type: 'reshape', shape: [side, side, 3] },
      ],
    },
    discriminator: {
      layers: [{ type: 'flatten' }, { type: 'dense', units: 1 }],
      optimizer: { beta1, ...discriminatorOptimizer },
    },
    training: { steps: 1, batchSize: 1, loss: 'wgan', ...training },
  });
  const networks = buildNetworks(config);
  const program = trainingProgram(config, networks, [1], 1);
  const kernel = hashedValues('kernel', pixels).map((value) => 0.1 * sign * value);
  const fake = hashedValues('fake', pixels).map((value) => 0.5 + 0.5 * value);
  const bytes = Uint8Array.from(hashedValues('real', pixels), (value) => Math.floor((value + 1) * 128));
  const compiled = compileEagerly(program);
  await compiled.write({
    ...startingValues(program, config, networks),
    'generator/0/kernel': new Float32Array(pixels),
    [names.kernel]: kernel,
    [names.bias]: Float32Array.of(0.05 * sign),
    [names.image]: fake,
  });
  const step = functionNames.step(1);
  const all: Feeds = {
    images: bytes,
    latents: Float32Array.of(1),
    realLabels: Float32Array.of(config.training.labels.inverted ? 0 : 1),
    fakeLabels: Float32Array.of(config.training.labels.inverted ? 1 : 0),
    generatorRates: rates,
    discriminatorRates: rates,
    ...feeds,
  };
  const wanted = Object.keys(program.functions[step]!.feeds);
  await compiled.run(step, Object.fromEntries(wanted.map((name) => [name, all[name]!])));
  const after = await compiled.read();
  const means = meansOf(await compiled.run(functionNames.drainMeans, {}));
  compiled.dispose();
  const gradient = (name: string) => after[`optimizer/${name}/m`]!.map((value) => value / (1 - beta1));
  return {
    config,
    means,
    after,
    kernel,
    fake,
    real: Float32Array.from(bytes, (value) => value / 255),
    kernelGradient: gradient(names.kernel),
    biasGradient: gradient(names.bias),
    imageGradient: gradient(names.image),
  };
}

const minus = (a: Float32Array, b: Float32Array) => a.map((value, index) => value - b[index]!);
const dot = (a: Float32Array, b: Float32Array) => a.reduce((total, value, index) => total + value * b[index]!, 0);

test('with nothing done to them, images are shown as they are', async () => {
  const { kernelGradient, imageGradient, after, fake, real } = await probe({});
  assertClose(kernelGradient, minus(fake, real), 'fake - real', 1e-6);
  assertClose(
    imageGradient,
    after[names.kernel]!.map((value) => -value),
    'slope of -D',
    1e-6,
  );
});

for (const order of ['discriminator-first', 'simultaneous']) {
  test(`${order}: DiffAugment changes real and generated images in the same ways, each by its own draws, with gradients`, async () => {
    const kinds: Augmentation[] = ['color', 'translation', 'cutout'];
    const draws = 7; // 3, 2 and 2
    const seed = 11;
    const result = await probe({
      training: { diffAugment: kinds, order },
      feeds: { dropoutSeed: Int32Array.of(seed) },
    });
    /** The images as they should be shown, from the function that is checked against PyTorch elsewhere. */
    const shown = (image: Float32Array, firstDraw: number) => {
      let draw = firstDraw;
      const random = { seed: tensor1d([seed], 'int32'), nextDraw: () => draw++ };
      return diffAugment(tensor(image, [1, 8, 8, 3]) as Tensor4D, kinds, random).dataSync() as Float32Array;
    };
    const expected = minus(shown(result.fake, draws), shown(result.real, 0));
    assertClose(result.kernelGradient, expected, 'shown fake - shown real');
    assert.notDeepEqual(shown(result.fake, draws), shown(result.fake, 0));

    // the generator is judged once more, with draws of its own; simultaneous has only one judgement
    const simultaneous = order === 'simultaneous';
    const judge = simultaneous ? result.kernel : result.after[names.kernel]!;
    const loss = (image: Float32Array) => -dot(shown(image, simultaneous ? draws : 2 * draws), judge);
    const step = 0.25; // all augmentations are linear in the image
    const slopes = Float32Array.from({ length: 192 }, (_, index) => {
      const moved = (by: number) => result.fake.map((value, at) => (at === index ? value + by : value));
      return (loss(moved(step)) - loss(moved(-step))) / (2 * step);
    });
    assertClose(result.imageGradient, slopes, 'slope by differences', 2e-5);
    assert.ok(slopes.some((slope) => slope !== 0));
  });
}

for (const on of ['both', 'real']) {
  test(`instance noise on ${on}: of the fed deviation, normal, and ${on === 'both' ? 'on every judgement' : 'the generated images stay as they are'}`, async () => {
    const deviation = 0.3;
    const side = 40;
    const { kernelGradient, fake, real, means, after } = await probe({
      side,
      training: { instanceNoise: { deviation: 9, on } }, // what counts is what is fed
      feeds: { noiseDeviation: Float32Array.of(deviation), dropoutSeed: Int32Array.of(3) },
    });
    const noise = minus(kernelGradient, minus(fake, real));
    const count = noise.length; // 4800
    const found = Math.sqrt(dot(noise, noise) / count);
    const expected = on === 'both' ? deviation * Math.SQRT2 : deviation; // the difference of two, or one
    assert.ok(Math.abs(found / expected - 1) < 4 / Math.sqrt(2 * count), `deviation ${found}`);
    const mean = noise.reduce((total, value) => total + value, 0) / count;
    assert.ok(Math.abs(mean) < (4 * expected) / Math.sqrt(count), `mean ${mean}`);
    for (const [sigmas, share] of [
      [1, 0.6827],
      [2, 0.9545],
    ] as const) {
      const within = noise.filter((value) => Math.abs(value) < sigmas * expected).length / count;
      assert.ok(Math.abs(within - share) < 4 * Math.sqrt((share * (1 - share)) / count), `${sigmas}: ${within}`);
    }
    const plain = -(dot(fake, after[names.kernel]!) + after[names.bias]![0]!);
    const off = Math.abs(means.generatorLoss - plain);
    assert.ok(on === 'real' ? off < 1e-5 : off > 1e-2, `the generator's loss is off by ${off}`);
  });
}

test('noise of deviation 0 is none', async () => {
  const { kernelGradient, fake, real } = await probe({
    training: { instanceNoise: { deviation: 1 } },
    feeds: { noiseDeviation: Float32Array.of(0), dropoutSeed: Int32Array.of(3) },
  });
  assertClose(kernelGradient, minus(fake, real), 'fake - real', 1e-6);
});

test("the discriminator's loss and gradient are scaled, the generator's are not", async () => {
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

for (const generator of ['nonSaturating', 'minimax']) {
  test(`inverted labels, ${generator}: a discriminator that says the opposite learns and teaches the same, and scores the same`, async () => {
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

test("gradients are clipped in the discriminator's update: their norm and every value", async () => {
  const { kernelGradient, biasGradient } = await probe({ discriminatorOptimizer: { clipNorm: 0.01 } });
  assertClose([Math.hypot(...kernelGradient, ...biasGradient)], [0.01], 'norm', 1e-6);
  const limited = await probe({ discriminatorOptimizer: { clipValue: 0.1 } });
  const expected = minus(limited.fake, limited.real).map((value) => Math.max(-0.1, Math.min(0.1, value)));
  assertClose(limited.kernelGradient, expected, 'clipped values', 1e-6);
});

test("clipWeights keeps the discriminator's weights within the limit, and the generator's as they are", async () => {
  const { after, kernel } = await probe({ training: { clipWeights: 0.04 } });
  assert.ok(kernel.some((value) => Math.abs(value) > 0.09));
  const largest = (name: string) => after[name]!.reduce((most, value) => Math.max(most, Math.abs(value)), 0);
  assert.equal(largest(names.kernel), Math.fround(0.04));
  assert.equal(largest(names.bias), Math.fround(0.04));
  assert.ok(largest(names.image) > 0.9);
});

test('the penalty of a straight discriminator is that of its slope, by hand', async () => {
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
        feeds: { dropoutSeed: Int32Array.of(5) },
      });
      assertClose([penalised.means.discriminatorLoss], [plain.means.discriminatorLoss + value], `${type} ${order}`);
      const expected = plain.kernelGradient.map((slope, index) => slope + factor * plain.kernel[index]!);
      assertClose(penalised.kernelGradient, expected, `${type}, ${order}`);
      assertClose(penalised.biasGradient, plain.biasGradient, `${type}, ${order}, bias`);
    }
  }
});
