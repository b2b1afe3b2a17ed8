// The discriminator's inputs: unchanged, augmented or noisy.
import assert from 'node:assert/strict';
import { before, test } from 'node:test';
import { type Tensor4D, tensor, tensor1d } from '@tensorflow/tfjs-core';
import { type Augmentation, diffAugment } from '../../src/training/regularisation/diff-augment.ts';
import { useCpuBackend } from '../helpers/cpu-backend.ts';
import { assertClose } from './step/golden.ts';
import { dot, minus, names, probe } from './step/probed-step.ts';

before(useCpuBackend);

test('shows the discriminator images unchanged without augmentation or noise', async () => {
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
  test(`${order}: DiffAugment augments real and fake images alike, each by its own draws, with gradients`, async () => {
    const kinds: Augmentation[] = ['color', 'translation', 'cutout'];
    const draws = 7; // 3, 2 and 2
    const seed = 11;
    const result = await probe({
      training: { diffAugment: kinds, order },
      feeds: { noiseSeed: Int32Array.of(seed) },
    });
    /** The expected input, from the function that diff-augment.test.ts compares with PyTorch. */
    const augmented = (image: Float32Array, firstDraw: number) => {
      let draw = firstDraw;
      const random = { seed: tensor1d([seed], 'int32'), nextDraw: () => draw++ };
      return diffAugment(tensor(image, [1, 8, 8, 3]) as Tensor4D, kinds, random).dataSync() as Float32Array;
    };
    const expected = minus(augmented(result.fake, draws), augmented(result.real, 0));
    assertClose(result.kernelGradient, expected, 'augmented fake - augmented real');
    assert.notDeepEqual(augmented(result.fake, draws), augmented(result.fake, 0));

    // the generator's loss augments again, with its own draws; simultaneous shares the discriminator's pass
    const simultaneous = order === 'simultaneous';
    const kernel = simultaneous ? result.kernel : result.after[names.kernel]!;
    const loss = (image: Float32Array) => -dot(augmented(image, simultaneous ? draws : 2 * draws), kernel);
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
  test(`instance noise on ${on}: normal with the fed deviation, ${on === 'both' ? 'on all images' : 'and no noise on fake images'}`, async () => {
    const deviation = 0.3;
    const side = 40;
    const { kernelGradient, fake, real, means, after } = await probe({
      side,
      training: { instanceNoise: { deviation: 9, on } }, // ignored: the step uses the fed deviation
      feeds: { noiseDeviation: Float32Array.of(deviation), noiseSeed: Int32Array.of(3) },
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

test('adds no noise with deviation 0', async () => {
  const { kernelGradient, fake, real } = await probe({
    training: { instanceNoise: { deviation: 1 } },
    feeds: { noiseDeviation: Float32Array.of(0), noiseSeed: Int32Array.of(3) },
  });
  assertClose(kernelGradient, minus(fake, real), 'fake - real', 1e-6);
});
