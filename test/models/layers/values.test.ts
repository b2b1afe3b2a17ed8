import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { before, test } from 'node:test';
import { type Scalar, scalar, type Tensor, tensor, tensor1d } from '@tensorflow/tfjs-core';
import { elementCount } from '../../../src/engines/feeds.ts';
import { applyNetwork, type Network, type Pass } from '../../../src/models/network.ts';
import { useCpuBackend } from '../../helpers/cpu-backend.ts';
import { hashedValues } from '../../helpers/hashed-values.ts';
import { networkOf } from '../../helpers/tiny-network.ts';

before(useCpuBackend);

type Values = Record<string, number[] | Float32Array>;

/** Applies a one-layer network to x with these variables; gives the values of y and of the statistics. */
function apply(
  network: Network,
  x: Tensor,
  values: Values,
  options: Omit<Pass, 'variables'> = { training: false },
): { y: number[]; shape: number[]; updates: Record<string, number[]> } {
  const parameters = network.layers.flatMap((layer) => layer.parameters);
  const variables = Object.fromEntries(
    parameters.map(({ name, part, shape }) => [name, tensor(Float32Array.from(values[part]!), [...shape])]),
  );
  const { y, updates } = applyNetwork(network, x, { ...options, variables });
  const updated = Object.entries(updates).map(([name, value]) => [name.split('/').at(-1), [...value.dataSync()]]);
  return { y: [...y.dataSync()], shape: y.shape, updates: Object.fromEntries(updated) };
}

function assertClose(actual: readonly number[], expected: readonly number[], tolerance = 1e-6): void {
  assert.equal(actual.length, expected.length);
  actual.forEach((value, index) => {
    assert.ok(Math.abs(value - expected[index]!) <= tolerance, `[${index}] ${value}, expected ${expected[index]}`);
  });
}

interface Golden {
  batch: number;
  channels: number;
  filters: number;
  cases: {
    type: string;
    options: Record<string, unknown>;
    input: [number, number];
    output: number[];
    values: number[];
  }[];
}

test('convolutions of both kinds give what PyTorch gives, with every kind of padding', () => {
  const path = new URL('../../fixtures/layers/golden.json', import.meta.url);
  const { batch, channels, filters, cases } = JSON.parse(readFileSync(path, 'utf8')) as Golden;
  assert.equal(cases.length, 20);
  for (const { type, options, input, output, values } of cases) {
    const network = networkOf([{ type, filters, ...options }], [...input, channels]);
    const shape = [batch, ...input, channels];
    const x = tensor(hashedValues('x', elementCount(shape)), shape);
    const kernelSize = elementCount(network.layers[0]!.parameters[0]!.shape);
    const result = apply(network, x, {
      kernel: hashedValues('kernel', kernelSize),
      bias: hashedValues('bias', filters),
    });
    assert.deepEqual(result.shape, output, JSON.stringify({ type, options }));
    assert.deepEqual([...network.output], output.slice(1));
    assertClose(result.y, values, 2e-5);
  }
});

test('dense is x W + b', () => {
  const network = networkOf([{ type: 'dense', units: 2 }], [3]);
  // [1 2 3] [[1 2] [3 4] [5 6]] + [10 20]
  assert.deepEqual(apply(network, tensor([[1, 2, 3]]), { kernel: [1, 2, 3, 4, 5, 6], bias: [10, 20] }).y, [32, 48]);
});

test('activations', () => {
  const x = tensor([[-2, 0, 3]]);
  const of = (layer: Record<string, unknown>) => apply(networkOf([layer], [3]), x, {}).y;
  assert.deepEqual(of({ type: 'relu' }), [0, 0, 3]);
  assertClose(of({ type: 'leakyRelu', slope: 0.3 }), [-0.6, 0, 3]);
  assertClose(of({ type: 'tanh' }), [-0.9640276, 0, 0.9950548]);
  assertClose(of({ type: 'sigmoid' }), [0.1192029, 0.5, 0.9525741]);
});

test('reshape and flatten keep the order, channels last', () => {
  const x = tensor([[0, 1, 2, 3, 4, 5, 6, 7]]);
  const image = apply(networkOf([{ type: 'reshape', shape: [2, 2, 2] }], [8]), x, {});
  assert.deepEqual(
    [image.shape, image.y],
    [
      [1, 2, 2, 2],
      [0, 1, 2, 3, 4, 5, 6, 7],
    ],
  );
  const vector = apply(networkOf([{ type: 'flatten' }], [2, 2, 2]), x.reshape([1, 2, 2, 2]), {});
  assert.deepEqual(
    [vector.shape, vector.y],
    [
      [1, 8],
      [0, 1, 2, 3, 4, 5, 6, 7],
    ],
  );
});

const normOptions = { type: 'batchNorm', epsilon: 0.01, momentum: 0.9 };
const statistics = { gamma: [2, 1], beta: [1, 0], movingMean: [10, 20], movingVariance: [4, 9] };

test("batch norm trains on the batch's own statistics and moves its averages, the variance unbiased", () => {
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

test('batch norm over images takes all pixels of a channel together', () => {
  const x = tensor([1, 5, 3, 5, 1, 5, 3, 5], [1, 2, 2, 2]); // as above, four values per channel
  const { y, updates } = apply(networkOf([normOptions], [2, 2, 2]), x, statistics, { training: true });
  const unit = 1 / Math.sqrt(1.01);
  assertClose(y.slice(0, 4), [1 - 2 * unit, 0, 1 + 2 * unit, 0]);
  assertClose(updates['movingVariance']!, [3.6 + (0.1 * 4) / 3, 8.1]);
});

test('batch norm at inference uses the moving averages and moves nothing', () => {
  const x = tensor([[14, 17]]);
  const { y, updates } = apply(networkOf([normOptions], [2]), x, statistics);
  assertClose(y, [1 + (2 * 4) / Math.sqrt(4.01), -3 / Math.sqrt(9.01)], 1e-5);
  assert.deepEqual(updates, {});
});

test('batch norm at inference takes out what is left of the starting statistics', () => {
  // From mean 0 and variance 1, one pass over batches of mean 8 and variance 3 with momentum 0.9:
  // mean 0.1 * 8 = 0.8, variance 0.9 + 0.1 * 3 = 1.2. Without the start: 8 and 3.
  const values = { gamma: [1], beta: [0], movingMean: [0.8], movingVariance: [1.2] };
  const network = networkOf([normOptions], [1]);
  const after = (passes: Scalar) =>
    apply(network, tensor([[10]]), values, { training: false, trainedPasses: passes }).y;
  assertClose(after(scalar(1)), [2 / Math.sqrt(3.01)], 1e-5);
  assertClose(after(scalar(Number.POSITIVE_INFINITY)), [9.2 / Math.sqrt(1.21)], 1e-5);
});

test('dropout scales what it keeps, follows its seed, and does nothing at inference', () => {
  const network = networkOf([{ type: 'dropout', rate: 0.25 }], [4000]);
  const x = tensor(new Float32Array(4000).fill(3), [1, 4000]);
  const masked = (seed: number, draw: number) =>
    apply(network, x, {}, { training: true, dropoutSeed: tensor1d([seed], 'int32'), nextDraw: () => draw }).y;
  const first = masked(7, 0);
  const kept = first.filter((value) => value !== 0);
  for (const value of kept) assertClose([value], [4]); // 3 / 0.75
  assert.ok(Math.abs(kept.length / 4000 - 0.75) < 0.03, `${kept.length} of 4000 kept`); // 4 deviations: 0.027
  assert.deepEqual(masked(7, 0), first);
  assert.notDeepEqual(masked(7, 1), first);
  assert.notDeepEqual(masked(8, 0), first);
  assert.deepEqual(apply(network, x, {}).y, [...x.dataSync()]);
});

test('dropout of channels keeps or drops whole channels of an image', () => {
  const [images, channels] = [50, 40];
  const network = networkOf([{ type: 'dropout', rate: 0.25, channels: true }], [3, 2, channels]);
  const x = tensor(new Float32Array(images * 6 * channels).fill(3), [images, 3, 2, channels]);
  const masked = (seed: number) =>
    apply(network, x, {}, { training: true, dropoutSeed: tensor1d([seed], 'int32'), nextDraw: () => 0 }).y;
  const first = masked(7);
  let kept = 0;
  for (let image = 0; image < images; image++) {
    for (let channel = 0; channel < channels; channel++) {
      const pixels = Array.from({ length: 6 }, (_, pixel) => first[(image * 6 + pixel) * channels + channel]!);
      assertClose(pixels, Array(6).fill(pixels[0] === 0 ? 0 : 4)); // 3 / 0.75
      if (pixels[0] !== 0) kept++;
    }
  }
  assert.ok(Math.abs(kept / (images * channels) - 0.75) < 0.039, `${kept} of 2000 kept`); // 4 deviations
  assert.deepEqual(masked(7), first);
  assert.notDeepEqual(masked(8), first);
  assert.deepEqual(apply(network, x, {}).y, [...x.dataSync()]);
});

test('the moving variance takes the biased variance where the config says so', () => {
  const x = tensor([
    [1, 5],
    [3, 5],
  ]); // variances by n: 1, 0; by n - 1: 2, 0
  const moved = (variance: string) =>
    apply(networkOf([{ ...normOptions, variance }], [2]), x, statistics, { training: true }).updates['movingVariance']!;
  assertClose(moved('biased'), [3.7, 8.1]); // 0.9 * 4 + 0.1 * 1, 0.9 * 9
  assertClose(moved('unbiased'), [3.8, 8.1]);
});

test('batch norm without scale or center has no variable for it, and multiplies by 1 and adds 0', () => {
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

const spectralDense = networkOf([{ type: 'dense', units: 2, bias: false, spectralNorm: true }], [2]);

test('spectral normalisation divides by v K u after one step of power iteration, and by the same at inference', () => {
  // K = diag(3, 4), v = (0.6, 0.8): u = K v / |.| = (1.8, 3.2) / |.|, v = K u / |.| = (5.4, 12.8) / |.|
  const values = { kernel: [3, 0, 0, 4], u: [1, 0], v: [0.6, 0.8] };
  const x = tensor([[1, 1]]);
  const { y, updates } = apply(spectralDense, x, values, { training: true });
  const u = [1.8 / Math.hypot(1.8, 3.2), 3.2 / Math.hypot(1.8, 3.2)];
  const v = [5.4 / Math.hypot(5.4, 12.8), 12.8 / Math.hypot(5.4, 12.8)];
  const sigma = 3 * u[0]! * v[0]! + 4 * u[1]! * v[1]!;
  assertClose(updates['u']!, u);
  assertClose(updates['v']!, v);
  assertClose(y, [3 / sigma, 4 / sigma]);
  const inference = apply(spectralDense, x, { kernel: values.kernel, u, v });
  assertClose(inference.y, [3 / sigma, 4 / sigma]);
  assert.deepEqual(inference.updates, {});
});

test('after many passes the largest singular value of what a spectrally normalised layer computes is 1', () => {
  // K = [[2, 2], [-1, 1]]: K^T K = [[5, 3], [3, 5]], singular values sqrt(8) with (1, 1) / sqrt(2), and sqrt(2).
  let values: Values = { kernel: [2, 2, -1, 1], u: [0.6, -0.8], v: [-0.28, 0.96] };
  const x = tensor([
    [1, 0],
    [0, 1],
  ]);
  for (let pass = 0; pass < 30; pass++) {
    const { updates } = apply(spectralDense, x, values, { training: true });
    values = { ...values, ...updates };
  }
  const [a, b, c, d] = apply(spectralDense, x, values).y as [number, number, number, number];
  assertClose(
    [a, b, c, d],
    [2, 2, -1, 1].map((value) => value / Math.sqrt(8)),
  );
  const [trace, determinant] = [a * a + b * b + c * c + d * d, (a * d - b * c) ** 2];
  assertClose([(trace + Math.sqrt(trace ** 2 - 4 * determinant)) / 2], [1]); // the larger eigenvalue of K^T K
});
