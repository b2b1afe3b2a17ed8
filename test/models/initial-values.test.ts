import assert from 'node:assert/strict';
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

test('normal kernels have mean 0, their deviation and the tails of a normal distribution', () => {
  const values = initialValues([networkOf(layers, [16, 16, 3], { type: 'normal', deviation: 0.05 })], 3);
  for (const name of kernels) {
    const count = values[name]!.length;
    const { mean, deviation, fourth } = moments(values[name]!);
    assert.ok(Math.abs(mean) < (4 * 0.05) / Math.sqrt(count), `${name}: mean ${mean}`);
    assert.ok(Math.abs(deviation / 0.05 - 1) < 4 / Math.sqrt(2 * count), `${name}: deviation ${deviation}`);
    assert.ok(Math.abs(fourth - 3) < 4 * Math.sqrt(24 / count), `${name}: fourth moment ${fourth}`);
  }
});

test('glorot kernels fill sqrt(6 / (fanIn + fanOut)) evenly, and no more', () => {
  const values = initialValues([networkOf(layers, [16, 16, 3], { type: 'glorotUniform' })], 3);
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

test('fans of a transposed convolution: its inputs are channels, its outputs filters', () => {
  const layer = { type: 'convTranspose', filters: 100, kernel: 3, initializer: { type: 'glorotUniform' } };
  const kernel = initialValues([networkOf([layer], [2, 2, 8])], 0)['discriminator/0/kernel']!;
  const limit = Math.sqrt(6 / (9 * 8 + 9 * 100));
  const largest = kernel.reduce((most, value) => Math.max(most, Math.abs(value)), 0);
  assert.ok(largest <= Math.fround(limit) && largest > 0.99 * limit);
});

test("a layer's own initializer goes before the network's", () => {
  const own = [
    { type: 'dense', units: 200, initializer: { type: 'normal', deviation: 3 } },
    { type: 'dense', units: 200 },
  ];
  const values = initialValues([networkOf(own, [200], { type: 'normal', deviation: 0.1 })], 0);
  assert.ok(Math.abs(moments(values['discriminator/0/kernel']!).deviation - 3) < 0.05);
  assert.ok(Math.abs(moments(values['discriminator/1/kernel']!).deviation - 0.1) < 0.002);
});

test('biases and shifts start at 0, scales and variances at 1', () => {
  const values = initialValues([networkOf(layers, [16, 16, 3])], 3);
  const all = (name: string, value: number) =>
    assert.ok(
      values[name]!.every((one) => one === value),
      name,
    );
  for (const name of ['0/bias', '2/bias', '4/bias', '1/beta', '1/movingMean']) all(`discriminator/${name}`, 0);
  for (const name of ['1/gamma', '1/movingVariance']) all(`discriminator/${name}`, 1);
});

test('the same seed gives the same values, another seed others', () => {
  const network = networkOf(layers, [16, 16, 3]);
  assert.deepEqual(initialValues([network], 3), initialValues([network], 3));
  const other = initialValues([network], 4);
  for (const name of kernels) assert.notDeepEqual(initialValues([network], 3)[name], other[name]);
});

test('every layer has a stream of its own: no two start alike, and a change to one leaves the others', () => {
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
