import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { test } from 'node:test';
import { initialValues } from '../../src/models/initial-values.ts';
import { networkOf } from '../helpers/tiny-network.ts';

const layers = [
  { type: 'conv', filters: 64, kernel: 5, stride: 2 },
  { type: 'batchNorm' },
  { type: 'conv', filters: 64, kernel: 5, stride: 2 },
  { type: 'flatten' },
  { type: 'dense', units: 50 },
];
const kernels = ['discriminator/0/kernel', 'discriminator/2/kernel', 'discriminator/4/kernel'];

function moments(values: Float32Array): { mean: number; deviation: number; fourth: number } {
  const mean = values.reduce((sum, value) => sum + value, 0) / values.length;
  const power = (exponent: number) =>
    values.reduce((sum, value) => sum + (value - mean) ** exponent, 0) / values.length;
  return { mean, deviation: Math.sqrt(power(2)), fourth: power(4) / power(2) ** 2 };
}

test('draws normal kernels with mean 0, their deviation and normal tails', () => {
  const values = initialValues(
    [networkOf(layers, [16, 16, 3], { initializer: { type: 'normal', deviation: 0.05 } })],
    3,
  );
  for (const name of kernels) {
    const count = values[name]!.length;
    const { mean, deviation, fourth } = moments(values[name]!);
    assert.ok(Math.abs(mean) < (4 * 0.05) / Math.sqrt(count), `${name}: mean ${mean}`);
    assert.ok(Math.abs(deviation / 0.05 - 1) < 4 / Math.sqrt(2 * count), `${name}: deviation ${deviation}`);
    assert.ok(Math.abs(fourth - 3) < 4 * Math.sqrt(24 / count), `${name}: fourth moment ${fourth}`);
  }
});

test('draws glorot kernels uniformly within sqrt(6 / (fanIn + fanOut))', () => {
  const values = initialValues([networkOf(layers, [16, 16, 3], { initializer: { type: 'glorotUniform' } })], 3);
  // fans: 25 x 3 and 25 x 64; 25 x 64 and 25 x 64; 4 x 4 x 64 and 50
  const limits = [Math.sqrt(6 / (75 + 1600)), Math.sqrt(6 / 3200), Math.sqrt(6 / 1074)];
  for (const [index, name] of kernels.entries()) {
    const limit = limits[index]!;
    const largest = values[name]!.reduce((most, value) => Math.max(most, Math.abs(value)), 0);
    assert.ok(largest <= Math.fround(limit) && largest > 0.995 * limit, `${name}: ${largest} of ${limit}`);
    const { mean, deviation } = moments(values[name]!);
    assert.ok(Math.abs(mean) < (4 * limit) / Math.sqrt(3 * values[name]!.length), `${name}: mean ${mean}`);
    assert.ok(Math.abs(deviation / (limit / Math.sqrt(3)) - 1) < 0.03, `${name}: deviation ${deviation}`);
  }
});

test('multiplies both fans of a transposed convolution by the kernel area', () => {
  const layer = { type: 'convTranspose', filters: 100, kernel: 3, initializer: { type: 'glorotUniform' } };
  const kernel = initialValues([networkOf([layer], [2, 2, 8])], 0)['discriminator/0/kernel']!;
  const limit = Math.sqrt(6 / (9 * 8 + 9 * 100));
  const largest = kernel.reduce((most, value) => Math.max(most, Math.abs(value)), 0);
  assert.ok(largest <= Math.fround(limit) && largest > 0.99 * limit);
});

test("prefers a layer's own initializer to the network's", () => {
  const own = [
    { type: 'dense', units: 200, initializer: { type: 'normal', deviation: 3 } },
    { type: 'dense', units: 200 },
  ];
  const values = initialValues([networkOf(own, [200], { initializer: { type: 'normal', deviation: 0.1 } })], 0);
  assert.ok(Math.abs(moments(values['discriminator/0/kernel']!).deviation - 3) < 0.05);
  assert.ok(Math.abs(moments(values['discriminator/1/kernel']!).deviation - 0.1) < 0.002);
});

test('starts biases and shifts at 0, scales and variances at 1', () => {
  const values = initialValues([networkOf(layers, [16, 16, 3])], 3);
  const all = (name: string, value: number) =>
    assert.ok(
      values[name]!.every((one) => one === value),
      name,
    );
  for (const name of ['0/bias', '2/bias', '4/bias', '1/beta', '1/movingMean']) all(`discriminator/${name}`, 0);
  for (const name of ['1/gamma', '1/movingVariance']) all(`discriminator/${name}`, 1);
});

test('draws the same values with the same seed, and others with another', () => {
  const network = networkOf(layers, [16, 16, 3]);
  assert.deepEqual(initialValues([network], 3), initialValues([network], 3));
  const other = initialValues([network], 4);
  for (const name of kernels) assert.notDeepEqual(initialValues([network], 3)[name], other[name]);
});

test('draws each layer from its own stream, so that a change to one leaves the others', () => {
  const twins = [
    { type: 'dense', units: 8 },
    { type: 'dense', units: 8 },
  ];
  const values = initialValues([networkOf(twins, [8])], 0);
  assert.notDeepEqual(values['discriminator/0/kernel'], values['discriminator/1/kernel']);
  const wider = initialValues(
    [
      networkOf(
        [
          { type: 'dense', units: 8 },
          { type: 'dense', units: 9 },
        ],
        [8],
      ),
    ],
    0,
  );
  assert.deepEqual(wider['discriminator/0/kernel'], values['discriminator/0/kernel']);
});

/** Of a large tensor: root mean square, largest absolute value, and kurtosis about 0. */
interface Statistics {
  deviation: number;
  largest: number;
  fourth: number;
}

type Entry = Record<string, unknown>;

interface GoldenStart {
  pytorch: { layer: Entry; input: number[]; kernel: Statistics; bias: Statistics }[];
  keras: { initializer: Entry; cases: { layer: Entry; input: number[]; kernel: Statistics }[] }[];
}

/** From the frameworks, over four million draws each (test/fixtures/initializers/make.py). */
const golden = JSON.parse(
  readFileSync(new URL('../fixtures/initializers/golden.json', import.meta.url), 'utf8'),
) as GoldenStart;

/** `bounded` distributions reach their limit in thousands of draws; the others' largest value is chance. */
function assertStatistics(values: Float32Array, expected: Statistics, bounded: boolean, what: string): void {
  const count = values.length;
  const { mean, deviation, fourth } = moments(values);
  assert.ok(Math.abs(mean) < (4 * expected.deviation) / Math.sqrt(count), `${what}: mean ${mean}`);
  const shape = Math.sqrt((expected.fourth - 1) / count); // of the estimated variance, relative to it
  assert.ok(Math.abs(deviation / expected.deviation - 1) < 2 * shape + 1e-3, `${what}: deviation ${deviation}`);
  assert.ok(Math.abs(fourth / expected.fourth - 1) < 8 / Math.sqrt(count), `${what}: fourth moment ${fourth}`);
  if (!bounded) return;
  const largest = values.reduce((most, value) => Math.max(most, Math.abs(value)), 0);
  assert.ok(largest < 1.001 * expected.largest && largest > 0.98 * expected.largest, `${what}: up to ${largest}`);
}

test('draws kernels as Keras does, for every initializer that Keras has', () => {
  assert.equal(golden.keras.length, 6);
  for (const { initializer, cases } of golden.keras) {
    for (const { layer, input, kernel } of cases) {
      const values = initialValues([networkOf([layer], input, { initializer })], 1);
      const what = `${initializer['type']} of ${layer['type']}`;
      assertStatistics(values['discriminator/0/kernel']!, kernel, initializer['type'] !== 'normal', what);
    }
  }
});

test("draws kernels and biases as PyTorch's layers do, for pytorch", () => {
  assert.deepEqual(
    golden.pytorch.map(({ layer }) => layer['type']),
    ['conv', 'convTranspose', 'dense'],
  );
  const pytorch = { type: 'pytorch' };
  for (const { layer, input, kernel, bias } of golden.pytorch) {
    // A bias has few values, so those of 100 seeds are combined.
    const own = networkOf([{ ...layer, initializer: pytorch, biasInitializer: pytorch }], input);
    const drawn = Array.from({ length: 100 }, (_, seed) => initialValues([own], seed)['discriminator/0/bias']!);
    const biases = Float32Array.from(drawn.flatMap((values) => [...values]));
    assertStatistics(biases, bias, true, `bias of ${layer['type']}`);
    assertStatistics(initialValues([own], 1)['discriminator/0/kernel']!, kernel, true, `kernel of ${layer['type']}`);
  }
});

test("applies a network's biasInitializer to every layer without its own", () => {
  const stack = [
    { type: 'dense', units: 400 },
    { type: 'dense', units: 3, biasInitializer: { type: 'constant', value: -0.25 } },
    { type: 'dense', units: 1, biasInitializer: { type: 'zeros' } },
  ];
  const values = initialValues([networkOf(stack, [16], { biasInitializer: { type: 'pytorch' } })], 0);
  const biases = values['discriminator/0/bias']!;
  assert.ok(biases.every((value) => Math.abs(value) <= 0.25)); // 1 / sqrt(16)
  assert.ok(biases.some((value) => value > 0.24) && biases.some((value) => value < -0.24));
  assert.deepEqual([...values['discriminator/1/bias']!], [-0.25, -0.25, -0.25]);
  assert.deepEqual([...values['discriminator/2/bias']!], [0]);
});

test('starts kernels at 0, and scales around 1, if asked to', () => {
  const stack = [
    { type: 'dense', units: 3, initializer: { type: 'zeros' } },
    { type: 'dense', units: 10_000 },
    { type: 'batchNorm', gammaInitializer: { type: 'normal', deviation: 0.02 } },
    { type: 'batchNorm', gammaInitializer: { type: 'ones' } },
  ];
  const values = initialValues([networkOf(stack, [5])], 0);
  assert.deepEqual([...values['discriminator/0/kernel']!], Array(15).fill(0));
  const { mean, deviation, fourth } = moments(values['discriminator/2/gamma']!);
  assert.ok(Math.abs(mean - 1) < (4 * 0.02) / 100, `mean ${mean}`); // four deviations of each estimate over 10,000 draws
  assert.ok(Math.abs(deviation / 0.02 - 1) < 4 / Math.sqrt(20_000), `deviation ${deviation}`);
  assert.ok(Math.abs(fourth - 3) < 4 * Math.sqrt(24 / 10_000), `fourth moment ${fourth}`);
  assert.ok(values['discriminator/3/gamma']!.every((value) => value === 1));
});

test('draws singular vectors of length 1 in random directions', () => {
  const values = initialValues(
    [networkOf([{ type: 'conv', filters: 400, kernel: 5, spectralNorm: true }], [8, 8, 16])],
    0,
  );
  for (const [part, count] of [
    ['u', 400],
    ['v', 400],
  ] as const) {
    const vector = values[`discriminator/0/${part}`]!;
    assert.equal(vector.length, count);
    assert.ok(Math.abs(Math.hypot(...vector) - 1) < 1e-6);
    const { mean, fourth } = moments(vector);
    assert.ok(Math.abs(mean) < 4 / count && Math.abs(fourth - 3) < 4 * Math.sqrt(24 / count), part);
  }
});
