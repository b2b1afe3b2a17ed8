import assert from 'node:assert/strict';
import { test } from 'node:test';
import { resolveConfig } from '../../src/config/load/load.ts';
import { minimalConfig } from '../helpers/minimal-config.ts';

type Network = 'generator' | 'discriminator';

/** The layers that a network with only this entry resolves to. */
function expand(entry: Record<string, unknown>, network: Network = 'generator'): Record<string, unknown>[] {
  const content = minimalConfig();
  content[network] = { layers: [{ type: 'stack', ...entry }] };
  return [...resolveConfig(content, { source: 'test', name: 'test' })[network].layers];
}

const convolution = { stride: 2, padding: 'same', bias: true, spectralNorm: false };

const plainNorm = {
  type: 'batchNorm',
  epsilon: 1e-5,
  momentum: 0.9,
  variance: 'unbiased',
  scale: true,
  center: true,
  gammaInitializer: { type: 'ones' },
};

test('a stack has one convolution per stage, transposed in a generator and plain in a discriminator', () => {
  const entry = { filters: '512>256>128', kernel: 5 };
  const sizes = [512, 256, 128].map((filters) => ({ filters, kernel: 5, ...convolution }));
  assert.deepEqual(
    expand(entry),
    sizes.map((size) => ({ type: 'convTranspose', ...size, outputPadding: 0 })),
  );
  assert.deepEqual(
    expand(entry, 'discriminator'),
    sizes.map((size) => ({ type: 'conv', ...size })),
  );
});

test('lists, short forms and single numbers are equivalent', () => {
  const expected = expand({ filters: [64, 32], kernel: [5, 5], stride: [2, 2] });
  for (const [filters, kernel, stride] of [
    ['64>32', 5, 2],
    ['64>32', '5>5', '2>2'],
    [[64, 32], [5], [2]],
    [[64, 32], '5', 2],
  ]) {
    assert.deepEqual(expand({ filters, kernel, stride }), expected);
  }
  assert.equal(expand({ filters: 8, kernel: 3 }).length, 1);
  assert.equal(expand({ filters: 8, kernel: [3, 5, 7] }).length, 3);
});

test('kernel and stride may differ per stage', () => {
  const layers = expand({ filters: '512>128>64', kernel: '3>5>7', stride: [1, 2, 2] });
  assert.deepEqual(
    layers.map(({ filters, kernel, stride }) => [filters, kernel, stride]),
    [
      [512, 3, 1],
      [128, 5, 2],
      [64, 7, 2],
    ],
  );
});

test('every convolution is followed by norm, activation and dropout, in this order', () => {
  const layers = expand({
    filters: [2, 3],
    kernel: 3,
    padding: 1,
    bias: false,
    norm: { type: 'batchNorm', momentum: 0.99 },
    activation: 'leakyRelu',
    dropout: 0.3,
    initializer: { type: 'glorotUniform' },
  });
  const stage = (filters: number) => [
    {
      type: 'convTranspose',
      filters,
      kernel: 3,
      stride: 2,
      padding: 1,
      bias: false,
      initializer: { type: 'glorotUniform' },
      spectralNorm: false,
      outputPadding: 0,
    },
    { ...plainNorm, momentum: 0.99 },
    { type: 'leakyRelu', slope: 0.2 },
    { type: 'dropout', rate: 0.3, channels: false },
  ];
  assert.deepEqual(layers, [...stage(2), ...stage(3)]);
});

test('an activation keeps its options, and none adds no layer', () => {
  const types = (entry: Record<string, unknown>) => expand({ filters: 1, kernel: 3, ...entry }).slice(1);
  assert.deepEqual(types({ activation: { type: 'leakyRelu', slope: 0.3 } }), [{ type: 'leakyRelu', slope: 0.3 }]);
  assert.deepEqual(types({ norm: 'none', activation: 'none', dropout: 0 }), []);
  assert.deepEqual(types({ norm: 'batchNorm' }), [plainNorm]);
});

test('a stack and its expanded layers are the same run', () => {
  const stack = expand({ filters: '4>2', kernel: 5, norm: 'batchNorm', activation: 'relu' });
  const content = minimalConfig();
  const stage = (filters: number) => [
    { type: 'convTranspose', filters, kernel: 5, stride: 2 },
    { type: 'batchNorm' },
    { type: 'relu' },
  ];
  content.generator.layers = [...stage(4), ...stage(2)];
  assert.deepEqual(stack, resolveConfig(content, { source: 'test', name: 'test' }).generator.layers);
});

test('rejects lists of different lengths and empty stages', () => {
  const wrong: [entry: Record<string, unknown>, problem: RegExp][] = [
    [{ filters: [2, 3], kernel: [3, 3, 3] }, /generator\.layers\[0\]: filters, kernel and stride list 2, 3, 1 stages/],
    [{ filters: '512>', kernel: 3 }, /generator\.layers\[0\]\.filters: .*"512>"/],
    [{ filters: '0>64', kernel: 3 }, /generator\.layers\[0\]\.filters: .*"0>64"/],
    [{ filters: '64>99999999999999999999', kernel: 3 }, /generator\.layers\[0\]\.filters/],
    [{ filters: [], kernel: 3 }, /generator\.layers\[0\]\.filters/],
    [{ filters: [0], kernel: 3 }, /generator\.layers\[0\]\.filters/],
    [{ filters: [2], kernel: 2.5 }, /generator\.layers\[0\]\.kernel/],
  ];
  for (const [entry, problem] of wrong) {
    assert.throws(() => expand(entry), { code: 'config.invalid', message: problem }, JSON.stringify(entry));
  }
});

test('with upsample, each stage upsamples by its stride and convolves with stride 1', () => {
  const layers = expand({
    filters: '8>4',
    kernel: 3,
    stride: [2, 1],
    padding: 1,
    upsample: 'nearest',
    activation: 'relu',
  });
  const conv = (filters: number) => ({ type: 'conv', filters, kernel: 3, ...convolution, stride: 1, padding: 1 });
  assert.deepEqual(layers, [
    { type: 'upsample', factor: 2, method: 'nearest' },
    conv(8),
    { type: 'relu' },
    conv(4),
    { type: 'relu' },
  ]);
  assert.deepEqual(expand({ filters: 8, kernel: 3, stride: 3, upsample: 'bilinear' })[0], {
    type: 'upsample',
    factor: 3,
    method: 'bilinear',
  });
  assert.throws(() => expand({ filters: 8, kernel: 3, upsample: 'nearest' }, 'discriminator'), {
    code: 'config.invalid',
    message: /discriminator\.layers\[0\]\.upsample: applies to generators only/,
  });
});

test('spectral normalisation, initializers and dropout options apply to every stage', () => {
  const starts = { initializer: { type: 'pytorch' }, biasInitializer: { type: 'pytorch' } };
  const dropout = { type: 'dropout', rate: 0.25, channels: true };
  const layers = expand({ filters: '8>4', kernel: 3, spectralNorm: true, ...starts, dropout }, 'discriminator');
  const conv = (filters: number) => ({
    type: 'conv',
    filters,
    kernel: 3,
    ...convolution,
    spectralNorm: true,
    ...starts,
  });
  assert.deepEqual(layers, [conv(8), dropout, conv(4), dropout]);
  assert.equal(expand({ filters: 8, kernel: 3, dropout: { type: 'dropout', rate: 0 } }).length, 1);
});
