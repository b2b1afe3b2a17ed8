import assert from 'node:assert/strict';
import { test } from 'node:test';
import { countParameters, parametersOf } from '../../src/models/network.ts';
import { networkOf } from '../helpers/tiny-network.ts';

test('names variables by network, layer and part, and marks trainable ones', () => {
  const network = networkOf(
    [
      { type: 'conv', filters: 2, kernel: [3, 5], stride: 2 },
      { type: 'batchNorm' },
      { type: 'flatten' },
      { type: 'dense', units: 1, bias: false },
    ],
    [4, 4, 3],
  );
  assert.deepEqual(
    parametersOf(network).map(({ name, shape, trainable }) => [name, shape, trainable]),
    [
      ['discriminator/0/kernel', [3, 5, 3, 2], true],
      ['discriminator/0/bias', [2], true],
      ['discriminator/1/gamma', [2], true],
      ['discriminator/1/beta', [2], true],
      ['discriminator/1/movingMean', [2], false],
      ['discriminator/1/movingVariance', [2], false],
      ['discriminator/3/kernel', [8, 1], true],
    ],
  );
  assert.deepEqual(countParameters(network), { all: 90 + 2 + 8 + 8, trainable: 90 + 2 + 4 + 8 });
});

test('reports the first layer that does not fit, with its index, input, requirement and fix', () => {
  const refused: [layers: Record<string, unknown>[], input: number[], message: RegExp][] = [
    [
      [{ type: 'relu' }, { type: 'dense', units: 3 }],
      [4, 4, 2],
      /^discriminator, layer 1 \(dense\): dense needs a vector \[n\]; its input is \[4, 4, 2\]\.\nPut a flatten layer before it\.$/,
    ],
    [
      [{ type: 'conv', filters: 1, kernel: 3 }],
      [16],
      /^discriminator, layer 0 \(conv\): conv needs an image.*; its input is \[16\]\.\nPut a reshape layer before it\.$/,
    ],
    [
      [
        { type: 'dense', units: 16 },
        { type: 'convTranspose', filters: 1, kernel: 3 },
      ],
      [4],
      /^discriminator, layer 1 \(convTranspose\): convTranspose needs an image.*; its input is \[16\]\.\nPut a reshape/,
    ],
    [
      [{ type: 'reshape', shape: [4, 4, 8] }],
      [100],
      /^discriminator, layer 0 \(reshape\): \[4, 4, 8\] takes 128 values, not 100; its input is \[100\]\.\nSet units: 128/,
    ],
    [
      [{ type: 'conv', filters: 1, kernel: 5, padding: 'valid' }],
      [4, 8, 1],
      /^discriminator, layer 0 \(conv\): a 5 x 5 kernel is larger than the padded 4 x 8 input; its input is \[4, 8, 1\]\.\nUse a smaller kernel/,
    ],
    [
      [{ type: 'convTranspose', filters: 1, kernel: 3, padding: 2 }],
      [2, 2, 1],
      /^discriminator, layer 0 \(convTranspose\): padding 2 leaves nothing of the output: \[0, 0, 1\]; its input is \[2, 2, 1\]\.\nUse a smaller padding\.$/,
    ],
  ];
  for (const [layers, input, message] of refused) {
    assert.throws(() => networkOf(layers, input), { code: 'config.shape', exitCode: 2, message });
  }
});

test('counts singular vectors among the parameters that are not trainable', () => {
  const network = networkOf(
    [
      { type: 'conv', filters: 4, kernel: [3, 5], spectralNorm: true },
      { type: 'convTranspose', filters: 3, kernel: 2, bias: false, spectralNorm: true },
      { type: 'flatten' },
      { type: 'dense', units: 1, bias: false, spectralNorm: true },
    ],
    [2, 2, 6],
  );
  assert.deepEqual(
    parametersOf(network).map(({ name, shape, trainable }) => [name, shape, trainable]),
    [
      ['discriminator/0/kernel', [3, 5, 6, 4], true],
      ['discriminator/0/bias', [4], true],
      ['discriminator/0/u', [4], false],
      ['discriminator/0/v', [90], false],
      ['discriminator/1/kernel', [2, 2, 3, 4], true],
      ['discriminator/1/u', [3], false],
      ['discriminator/1/v', [16], false],
      ['discriminator/3/kernel', [12, 1], true],
      ['discriminator/3/u', [1], false],
      ['discriminator/3/v', [12], false],
    ],
  );
  assert.deepEqual(countParameters(network), {
    all: 360 + 4 + 4 + 90 + 48 + 3 + 16 + 12 + 1 + 12,
    trainable: 360 + 4 + 48 + 12,
  });
});
