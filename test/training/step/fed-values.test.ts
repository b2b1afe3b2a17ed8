// The feeds of a call: latents, labels, mirrored images, learning rates, noise.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { adamRates, fedRates } from '../../../src/training/optimizer.ts';
import { picturesOf } from '../../helpers/numbered-pictures.ts';
import { relativeError } from '../../helpers/relative-error.ts';
import { callsOf } from '../feeder-calls.ts';

test('feeds different latents, labels and noise to every call of a run', () => {
  const { calls } = callsOf({ discriminatorSteps: 2, generatorSteps: 2, labels: { real: [0.8, 1] } }, 5, (content) =>
    (content['discriminator'] as { layers: object[] }).layers.unshift({ type: 'dropout', rate: 0.1 }),
  );
  const all = calls.flat();
  assert.equal(all.length, 15);
  for (const feed of ['latents', 'noiseSeed', 'realLabels']) {
    const given = all.flatMap(({ feeds }) => (feeds[feed] ? [String(feeds[feed].slice(0, 2))] : []));
    assert.ok(given.length >= 10, feed);
    assert.equal(new Set(given).size, given.length, feed);
  }
});

test("counts each network's Adam updates from 1", () => {
  const { calls, config } = callsOf({ discriminatorSteps: 2, generatorSteps: 3 }, 2);
  const times = (network: 'discriminator' | 'generator') => {
    const { optimizer } = config[network];
    const rate = optimizer.learningRate as number;
    const constant = { ...optimizer, beta2: optimizer.beta2 as number };
    const given = calls.flat().flatMap(({ feeds }) => (feeds[`${network}Rates`] ? [feeds[`${network}Rates`]!] : []));
    return given.map((rates) => {
      const time = Array.from({ length: 20 }, (_, t) => t + 1).find(
        (t) => Math.fround(adamRates(constant, rate, t)[0]) === rates[0],
      );
      assert.equal(rates[1], Math.fround(adamRates(constant, rate, time!)[1]));
      return time;
    });
  };
  assert.deepEqual(times('discriminator'), [1, 2, 3, 4]);
  assert.deepEqual(times('generator'), [1, 2, 3, 4, 5, 6]);
});

test('feeds every k-th discriminator update k times the penalty weight, and computes no penalty in the others', () => {
  const weight = { from: 8, to: 4, over: { steps: 4 } };
  const { calls } = callsOf({ discriminatorSteps: 2, gradientPenalty: { type: 'r1', every: 3, weight } }, 5);
  const updates = calls.flat();
  assert.equal(updates.length, 10);
  updates.forEach(({ name, feeds }, update) => {
    const isPenalised = update % 3 === 0;
    assert.equal(name.endsWith('-without-penalty'), !isPenalised, `${update}: ${name}`);
    const step = Math.floor(update / 2);
    const expected = isPenalised ? Float32Array.of(3 * (8 - step)) : undefined;
    assert.deepEqual(feeds['penaltyWeight'], expected, String(update));
  });
});

test('uses one function, fed the penalty weight, without an interval', () => {
  const { calls } = callsOf({ gradientPenalty: { type: 'r1', weight: 5 } }, 2);
  for (const { name, feeds } of calls.flat()) {
    assert.equal(name, 'step-4');
    assert.deepEqual(feeds['penaltyWeight'], Float32Array.of(5));
  }
});

test('feeds a scheduled beta2 with the corrected rates, and a constant one not', () => {
  const beta2 = { from: 0.9, to: 0.99, over: { steps: 2 }, shape: 'step' };
  const { calls } = callsOf({}, 3, ({ generator }) =>
    Object.assign(generator as object, { optimizer: { learningRate: 0.1, beta1: 0, beta2, epsilon: 1e-9 } }),
  );
  const fed = calls.map(([call]) => call!.feeds['generatorRates']!);
  // update 3: 0.1 sqrt(1 - 0.99^3), PyTorch's correction by the current beta2
  const corrections = [1 - 0.9, 1 - 0.9 ** 2, 1 - 0.99 ** 3];
  fed.forEach((rates, step) => {
    assert.equal(rates.length, 3);
    assert.ok(relativeError(rates.slice(0, 1), [0.1 * Math.sqrt(corrections[step]!)]) < 1e-6);
    assert.equal(rates[2], Math.fround([0.9, 0.9, 0.99][step]!));
  });
  assert.equal(calls[0]![0]!.feeds['discriminatorRates']!.length, 2);
});

test('determines all feeds by the number of the step, so that a run can resume anywhere', () => {
  const settings = { discriminatorSteps: 2, generatorSteps: 2, labels: { real: [0.8, 1], flip: 0.2 } };
  const { calls } = callsOf(settings, 7);
  const { feedStep } = callsOf(settings, 0);
  for (const step of [6, 2, 5]) assert.deepEqual(feedStep(step), calls[step]);
});

test('feeds other images, latents, labels and noise with another seed', () => {
  const withSeed = (seed: number) =>
    callsOf({ labels: { real: [0.8, 1], fake: [0, 0.1] } }, 1, (content) => {
      content['seed'] = seed;
      (content['discriminator'] as { layers: object[] }).layers.unshift({ type: 'dropout', rate: 0.1 });
    }).calls[0]![0]!.feeds;
  const [first, second] = [withSeed(0), withSeed(1)];
  for (const feed of ['images', 'latents', 'realLabels', 'fakeLabels', 'noiseSeed'])
    assert.notDeepEqual(first[feed], second[feed], feed);
});

test('mirrors images at the configured rate, with new draws in each epoch', () => {
  const sided = picturesOf(10, (index) => Array.from({ length: 64 }, (_, pixel) => 20 * index + (pixel % 8)));
  const flipsWith = (flip: number, seed = 0) => {
    const change = (content: Record<string, unknown>) =>
      Object.assign(content, { seed, data: { ...(content['data'] as object), flip } });
    const { calls } = callsOf({ batchSize: 10 }, 300, change, sided);
    return calls.map(([call]) => {
      const pixels = call!.feeds['images']!;
      return Array.from({ length: 10 }, (_, index) => {
        const row = [...pixels.slice(index * 64, index * 64 + 8)];
        const rising = row.every((value, at) => value === row[0]! + at);
        assert.ok(rising || row.every((value, at) => value === row[0]! - at));
        return !rising;
      });
    });
  };
  const share = (flips: boolean[][]) => flips.flat().filter(Boolean).length / 3000;
  assert.equal(share(flipsWith(0)), 0);
  assert.equal(share(flipsWith(1)), 1);
  for (const flip of [0.5, 0.1]) {
    const off = Math.abs(share(flipsWith(flip)) - flip);
    assert.ok(off < 4 * Math.sqrt((flip * (1 - flip)) / 3000), `${flip}: off by ${off}`);
  }
  assert.ok(new Set(flipsWith(0.5).map(String)).size > 200); // of 1024 patterns
  assert.deepEqual(flipsWith(0.5), flipsWith(0.5));
  assert.notDeepEqual(flipsWith(0.5), flipsWith(0.5, 1));
});

test('flips labels at the scheduled rate over many steps', () => {
  const flip = { from: 0.4, to: 0.05, over: { steps: 200 }, shape: 'step' };
  const { calls } = callsOf({ batchSize: 10, labels: { flip } }, 1200);
  for (const [feed, flipped] of [
    ['realLabels', 0],
    ['fakeLabels', 1],
  ] as const) {
    const shareIn = (start: number, end: number) => {
      const labels = calls.slice(start, end).flatMap(([call]) => [...call!.feeds[feed]!]);
      assert.ok(labels.every((label) => label === 0 || label === 1));
      return labels.filter((label) => label === flipped).length / labels.length;
    };
    assert.ok(Math.abs(shareIn(0, 200) - 0.4) < 0.044, feed); // four deviations of 2,000 draws
    assert.ok(Math.abs(shareIn(200, 1200) - 0.05) < 0.0088, feed); // of 10,000
  }
});

test('inverts labels to 0 for real and 1 for fake images; smooths only the kind with a range', () => {
  const labelsOf = (labels: object) => {
    const { realLabels, fakeLabels } = callsOf({ labels }, 1).calls[0]![0]!.feeds;
    return { real: [...realLabels!], fake: [...fakeLabels!] };
  };
  assert.deepEqual(labelsOf({}), { real: [1, 1, 1, 1], fake: [0, 0, 0, 0] });
  assert.deepEqual(labelsOf({ inverted: true }), { real: [0, 0, 0, 0], fake: [1, 1, 1, 1] });
  const { real, fake } = labelsOf({ inverted: true, real: [0, 0.3], fake: [0.7, 1.2] });
  assert.ok(real.every((label) => label >= 0 && label < 0.3) && new Set(real).size === 4);
  assert.ok(fake.every((label) => label >= 0.7 && label < 1.2) && new Set(fake).size === 4);
});

test('feeds every schedule at its step: learning rates, label ranges, noise, and the decay of the average', () => {
  const over = { steps: 10 };
  const training = {
    labels: { real: { from: [0.5, 0.6], to: 1, over } },
    instanceNoise: { deviation: { from: 0.2, to: 0, over } },
    ema: { decay: 0.3 },
    generatorSteps: 2,
  };
  const { calls, config } = callsOf(training, 12, ({ generator, discriminator }) => {
    Object.assign(generator as object, { optimizer: { learningRate: { from: 0.4, to: 0.1, over, shape: 'cosine' } } });
    Object.assign(discriminator as object, { optimizer: { learningRate: { from: 0.4, to: 0.2, over } } });
  });
  const whole = (step: number) => calls[step]![0]!.feeds;
  const alone = (step: number) => calls[step]![1]!.feeds;
  const floats = (values: number[]) => values.map(Math.fround);
  // half of the ramp at step 5: linear 0.3, cosine 0.25; updates are numbered from 1
  const rates = (network: 'generator' | 'discriminator', rate: number, t: number) =>
    fedRates(config[network].optimizer, { learningRate: rate, beta2: 0.999 }, t);
  assert.deepEqual(whole(0)['generatorRates'], rates('generator', 0.4, 1));
  assert.deepEqual(whole(5)['generatorRates'], rates('generator', 0.25, 11));
  assert.deepEqual(alone(5)['generatorRates'], rates('generator', 0.25, 12));
  assert.deepEqual(whole(11)['generatorRates'], rates('generator', 0.1, 23));
  assert.deepEqual(whole(0)['discriminatorRates'], rates('discriminator', 0.4, 1));
  assert.ok(relativeError(whole(5)['discriminatorRates']!, rates('discriminator', 0.3, 6)) < 1e-6);
  const noise = [0, 5, 10, 11].map((step) => whole(step)['noiseDeviation']![0]!);
  assert.deepEqual(noise, floats([0.2, 0.1, 0, 0]));
  assert.deepEqual(alone(5)['noiseDeviation'], Float32Array.of(0.1));
  for (const [step, low, high] of [
    [0, 0.5, 0.6],
    [5, 0.75, 0.8],
    [11, 1, 1],
  ] as const) {
    const labels = [...whole(step)['realLabels']!];
    assert.ok(
      labels.every((label) => label >= Math.fround(low) - 1e-6 && label <= Math.fround(high)),
      String(labels),
    );
  }
  // updates 1 to 4: 2/11, 3/12, then the configured 0.3
  const decays = [whole(0), alone(0), whole(1), alone(1)].map((feeds) => feeds['averageDecay']![0]!);
  assert.deepEqual(decays, floats([2 / 11, 3 / 12, 0.3, 0.3]));
});
