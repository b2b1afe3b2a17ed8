// Metrics over features, against torch-fidelity and scipy on the same features.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { featuresOf, pixelFeatures } from '../../../src/evaluation/metrics/features.ts';
import { frechetDistance } from '../../../src/evaluation/metrics/frechet-distance.ts';
import { kernelDistanceCubic } from '../../../src/evaluation/metrics/kernel-distance.ts';
import { metrics } from '../../../src/evaluation/metrics/metric-registry.ts';
import { nearestNeighbours } from '../../../src/evaluation/metrics/nearest.ts';
import { meanPairwiseDistance } from '../../../src/evaluation/metrics/pairwise-distance.ts';
import { precisionRecallK3 } from '../../../src/evaluation/metrics/precision-recall.ts';
import { goldenMetrics } from '../../helpers/hashed-images.ts';
import { hashedValues } from '../../helpers/hashed-values.ts';

const work = { onProgress() {} };
const size = 16;
const a = hashedValues('a', 60 * size);
const b = hashedValues('b', 50 * size).map((value) => value + 0.25);
const [real, fake] = [featuresOf(a, size), featuresOf(b, size)];
const near = (actual: number, expected: number, tolerance: number) =>
  assert.ok(Math.abs(actual - expected) <= tolerance * Math.abs(expected), `${actual}, not ${expected}`);

test('computes precision and recall as torch-fidelity', async () => {
  const { precision, recall } = await precisionRecallK3(real, fake, work);
  near(precision, goldenMetrics.precisionRecall.precision, 1e-7);
  near(recall, goldenMetrics.precisionRecall.recall, 1e-7);
});

test('computes precision and recall over features, if there are any, instead of pixels', async () => {
  const images = { pixels: new Uint8Array(64), height: 1, width: 1, channels: 1 as const };
  const measured = await metrics['precision-recall'].measure(
    { images, features: fake },
    { images, features: real },
    0,
    work,
  );
  near(measured['precision']!, goldenMetrics.precisionRecall.precision, 1e-7);
  near(measured['recall']!, goldenMetrics.precisionRecall.recall, 1e-7);
});

test('gives a set compared with itself full precision and recall', async () => {
  assert.deepEqual(await precisionRecallK3(real, real, work), { precision: 1, recall: 1 });
});

test('computes the kernel distance of all images as torch-fidelity', async () => {
  const subsets = { count: 1, size: 50, seed: 3 };
  const { mean, deviation } = await kernelDistanceCubic(
    featuresOf(a.subarray(0, 50 * size), size),
    fake,
    subsets,
    work,
  );
  near(mean, goldenMetrics.kernelDistance, 1e-5);
  assert.equal(deviation, 0);
});

test('finds a kernel distance of about 0 between sets of one distribution', async () => {
  const [x, y] = [hashedValues('x', 400 * size), hashedValues('y', 400 * size)].map((values) =>
    featuresOf(values, size),
  );
  const { mean, deviation } = await kernelDistanceCubic(x!, y!, { count: 50, size: 100, seed: 0 }, work);
  assert.ok(deviation > 0 && Math.abs(mean) < deviation, `${mean} ± ${deviation}`);
});

test('computes the Fréchet distance as scipy and torch-fidelity, also with few images', async () => {
  near(await frechetDistance(real, fake, work), goldenMetrics.frechetDistance.scipy, 1e-9);
  near(await frechetDistance(real, fake, work), goldenMetrics.frechetDistance.torchFidelity, 1e-9);
  const [few, fewer] = [featuresOf(a.subarray(0, 10 * size), size), featuresOf(b.subarray(0, 12 * size), size)];
  near(await frechetDistance(few, fewer, work), goldenMetrics.frechetDistance.singular, 1e-6);
});

test('computes the Fréchet distance of more features than a block, not a multiple of 4, with and without full rank', async () => {
  const wide = 150;
  const values = hashedValues('wide a', 300 * wide);
  const first = featuresOf(values, wide);
  const cubes = Float64Array.from({ length: values.length }, (_, i) => {
    const image = 299 - Math.floor(i / wide); // in other order
    return values[image * wide + (i % wide)]! ** 3;
  });
  const second = featuresOf(
    hashedValues('wide b', 90 * wide).map((value) => value + 0.25),
    wide,
  );
  const golden = goldenMetrics.frechetDistance;
  near(await frechetDistance(first, featuresOf(Float32Array.from(cubes), wide), work), golden.wide, 1e-6);
  near(await frechetDistance(first, second, work), golden.wideSingular, 1e-6);
  near(await frechetDistance(second, first, work), golden.wideSingular, 1e-6);
  near(await frechetDistance(featuresOf(first.read(0, 70), wide), second, work), golden.wideBothSingular, 1e-6);
});

test('can cancel the Fréchet distance in each of its parts', async () => {
  const features = featuresOf(hashedValues('wide a', 300 * 150), 150);
  const shares: number[] = [];
  await frechetDistance(features, features, { onProgress: (done, total) => void shares.push(done / total) });
  assert.deepEqual(
    shares,
    [...shares].sort((x, y) => x - y),
  );
  assert.equal(shares.at(-1), 1);
  for (const part of [0, 1, 2, 3, 4, 5, 6, 7, 8]) assert.ok(shares.some((share) => Math.floor(share * 9) === part));
  const stopped = new Error('enough');
  const stop = (done: number, total: number) => {
    if (done / total > 0.99) throw stopped;
  };
  await assert.rejects(frechetDistance(features, features, { onProgress: stop }), stopped);
});

test('computes the mean pairwise distance as scipy', async () => {
  near(await meanPairwiseDistance(fake, work), goldenMetrics.meanPairwiseDistance, 1e-6);
});

test('finds nearest neighbours as scipy', async () => {
  const nearest = await nearestNeighbours(fake, real, work);
  assert.deepEqual(
    nearest.map(({ index }) => index),
    goldenMetrics.nearest.indices,
  );
  for (const [i, { distance }] of nearest.entries()) near(distance, goldenMetrics.nearest.distances[i], 1e-6);
});

test('finds an equal image at distance 0, and skips excluded ones', async () => {
  const pixels = Uint8Array.from({ length: 300 * 64 }, (_, i) => Math.imul(i, 2654435761) >>> 24);
  const images = pixelFeatures({ pixels, height: 8, width: 8, channels: 1 });
  const queries = featuresOf(images.read(200, 100), 64);
  const found = await nearestNeighbours(queries, images, work);
  assert.deepEqual(
    found,
    Array.from({ length: 100 }, (_, i) => ({ index: 200 + i, distance: 0 })),
  );
  const others = await nearestNeighbours(queries, images, work, (from, other) => other === from + 200);
  assert.ok(others.every(({ index, distance }, from) => index !== from + 200 && distance > 0));
});
