// Batch norm, compared with values computed by hand.
import assert from 'node:assert/strict';
import { before, test } from 'node:test';
import { type Scalar, scalar, tensor } from '@tensorflow/tfjs-core';
import { useCpuBackend } from '../../helpers/cpu-backend.ts';
import { networkOf } from '../../helpers/tiny-network.ts';
import { apply, assertClose, type Values } from './apply-layer.ts';

before(useCpuBackend);

const normOptions = { type: 'batchNorm', epsilon: 0.01, momentum: 0.9 };
const statistics = { gamma: [2, 1], beta: [1, 0], movingMean: [10, 20], movingVariance: [4, 9] };

test("normalises by the batch's statistics in training and updates the averages, the variance unbiased", () => {
  // channel 0: 1, 3: mean 2, variance 1 (biased), 2 (unbiased); channel 1: 5, 5: mean 5, variance 0
  const x = tensor([
    [1, 5],
    [3, 5],
  ]);
  const { y, updates } = apply(networkOf([normOptions], [2]), x, statistics, { training: true });
  const unit = 1 / Math.sqrt(1.01);
  assertClose(y, [1 - 2 * unit, 0, 1 + 2 * unit, 0]);
  assertClose(updates['movingMean']!, [9.2, 18.5]); // 0.9 * 10 + 0.1 * 2, 0.9 * 20 + 0.1 * 5
  assertClose(updates['movingVariance']!, [3.8, 8.1]); // 0.9 * 4 + 0.1 * 2, 0.9 * 9
});

test('normalises all pixels of a channel together', () => {
  const x = tensor([1, 5, 3, 5, 1, 5, 3, 5], [1, 2, 2, 2]); // as above, four values per channel
  const { y, updates } = apply(networkOf([normOptions], [2, 2, 2]), x, statistics, { training: true });
  const unit = 1 / Math.sqrt(1.01);
  assertClose(y.slice(0, 4), [1 - 2 * unit, 0, 1 + 2 * unit, 0]);
  assertClose(updates['movingVariance']!, [3.6 + (0.1 * 4) / 3, 8.1]);
});

test('uses the moving averages at inference and changes nothing', () => {
  const x = tensor([[14, 17]]);
  const { y, updates } = apply(networkOf([normOptions], [2]), x, statistics);
  assertClose(y, [1 + (2 * 4) / Math.sqrt(4.01), -3 / Math.sqrt(9.01)], 1e-5);
  assert.deepEqual(updates, {});
});

test('corrects the moving averages at inference for their initial values', () => {
  // From mean 0 and variance 1, one pass over batches of mean 8 and variance 3 with momentum 0.9:
  // mean 0.1 * 8 = 0.8, variance 0.9 + 0.1 * 3 = 1.2. Without the start: 8 and 3.
  const values = { gamma: [1], beta: [0], movingMean: [0.8], movingVariance: [1.2] };
  const network = networkOf([normOptions], [1]);
  const after = (passes: Scalar) =>
    apply(network, tensor([[10]]), values, { training: false, trainedPasses: passes }).y;
  assertClose(after(scalar(1)), [2 / Math.sqrt(3.01)], 1e-5);
  assertClose(after(scalar(Number.POSITIVE_INFINITY)), [9.2 / Math.sqrt(1.21)], 1e-5);
});

test('averages the biased variance if the config says so', () => {
  const x = tensor([
    [1, 5],
    [3, 5],
  ]); // variances by n: 1, 0; by n - 1: 2, 0
  const moved = (variance: string) =>
    apply(networkOf([{ ...normOptions, variance }], [2]), x, statistics, { training: true }).updates['movingVariance']!;
  assertClose(moved('biased'), [3.7, 8.1]); // 0.9 * 4 + 0.1 * 1, 0.9 * 9
  assertClose(moved('unbiased'), [3.8, 8.1]);
});

test('has no variable for a scale or center that is off, and multiplies by 1 or adds 0', () => {
  const x = tensor([
    [1, 5],
    [3, 5],
  ]);
  const unit = 1 / Math.sqrt(1.01);
  const { gamma, beta, ...moving } = statistics;
  const variants: [options: object, values: Values, trained: number[], inferred: number[]][] = [
    [
      { scale: false },
      { beta, ...moving },
      [1 - unit, 0, 1 + unit, 0],
      [1 - 9 / Math.sqrt(4.01), -15 / Math.sqrt(9.01)],
    ],
    [
      { center: false },
      { gamma, ...moving },
      [-2 * unit, 0, 2 * unit, 0],
      [-18 / Math.sqrt(4.01), -15 / Math.sqrt(9.01)],
    ],
    [{ scale: false, center: false }, moving, [-unit, 0, unit, 0], [-9 / Math.sqrt(4.01), -15 / Math.sqrt(9.01)]],
  ];
  for (const [options, values, trained, inferred] of variants) {
    const network = networkOf([{ ...normOptions, ...options }], [2]);
    assert.deepEqual(
      network.layers[0]!.parameters.map(({ part }) => part),
      Object.keys(values),
    );
    assertClose(apply(network, x, values, { training: true }).y, trained);
    assertClose(apply(network, x, values).y.slice(0, 2), inferred, 1e-5);
  }
});
