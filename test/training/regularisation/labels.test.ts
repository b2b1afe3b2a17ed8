import assert from 'node:assert/strict';
import { test } from 'node:test';
import { RandomStream } from '../../../src/random.ts';
import { drawLabels } from '../../../src/training/regularisation/labels.ts';

const count = 40_000;
const stream = (index = 0) => new RandomStream(5, 'labels', index);

test('uses constant labels as they are, without a random draw', () => {
  const labels = { real: 0.9, fake: 0.1, flip: 0 };
  assert.deepEqual([...drawLabels(labels, 'real', 3, stream())], [0.9, 0.9, 0.9].map(Math.fround));
  assert.deepEqual([...drawLabels(labels, 'fake', 2, stream())], [0.1, 0.1].map(Math.fround));
  const used = stream();
  drawLabels(labels, 'real', 100, used);
  assert.equal(used.bits(), stream().bits());
});

test('draws labels uniformly from a range, one per image', () => {
  const labels = drawLabels({ real: [0.7, 1.2], fake: 0, flip: 0 }, 'real', count, stream());
  assert.ok(labels.every((label) => label >= Math.fround(0.7) && label <= Math.fround(1.2)));
  assert.ok(new Set(labels).size > 0.99 * count);
  const mean = labels.reduce((sum, label) => sum + label, 0) / count;
  // deviation of the mean: 0.5 / sqrt(12 count) = 0.00072
  assert.ok(Math.abs(mean - 0.95) < 0.0029, String(mean));
  for (const [low, high] of [
    [0.7, 0.8],
    [1.1, 1.2],
  ] as const) {
    const share = labels.filter((label) => label >= low && label < high).length / count;
    assert.ok(Math.abs(share - 0.2) < 0.008, String(share)); // four deviations
  }
});

test('flips the configured share of labels of both kinds', () => {
  const labels = { real: 1, fake: 0, flip: 0.05 };
  for (const [kind, flipped] of [
    ['real', 0],
    ['fake', 1],
  ] as const) {
    const drawn = drawLabels(labels, kind, count, stream());
    assert.ok(drawn.every((label) => label === 0 || label === 1));
    const share = drawn.filter((label) => label === flipped).length / count;
    assert.ok(Math.abs(share - 0.05) < 0.0044, `${kind}: ${share}`); // four deviations
  }
});

test('draws a flipped label from the range of the other kind', () => {
  const labels = drawLabels({ real: [0.8, 1], fake: [0, 0.1], flip: 0.3 }, 'fake', count, stream());
  const flipped = labels.filter((label) => label > 0.5);
  assert.ok(Math.abs(flipped.length / count - 0.3) < 0.0092);
  assert.ok(flipped.every((label) => label >= Math.fround(0.8) && label <= 1));
  assert.ok(labels.filter((label) => label <= 0.5).every((label) => label >= 0 && label <= Math.fround(0.1)));
});

test('draws the same labels from the same stream', () => {
  const labels = { real: [0.8, 1] as [number, number], fake: 0, flip: 0.1 };
  assert.deepEqual(drawLabels(labels, 'real', 64, stream(3)), drawLabels(labels, 'real', 64, stream(3)));
  assert.notDeepEqual(drawLabels(labels, 'real', 64, stream(3)), drawLabels(labels, 'real', 64, stream(4)));
});
