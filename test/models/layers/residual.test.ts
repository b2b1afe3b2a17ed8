import assert from 'node:assert/strict';
import { before, test } from 'node:test';
import { tensor } from '@tensorflow/tfjs-core';
import { isResidual } from '../../../src/models/infer-shapes.ts';
import { parametersOf } from '../../../src/models/network.ts';
import { useCpuBackend } from '../../helpers/cpu-backend.ts';
import { networkOf } from '../../helpers/tiny-network.ts';
import { apply, assertClose } from './apply-layer.ts';

before(useCpuBackend);

const conv = (filters: number, more: object = {}) => ({ type: 'conv', filters, kernel: 3, ...more });
const residual = (layers: object[], more: object = {}) => ({ type: 'residual', layers, ...more });

/** The layers of the shortcut of a network's first layer, and their shapes. */
function shortcutOf(layer: Record<string, unknown>, input: number[]) {
  const walked = networkOf([layer], input).layers[0]!;
  assert.ok(isResidual(walked));
  return walked.shortcut.map(({ layer, output }) => `${layer.type} [${output.join(', ')}]`);
}

test('uses the input as the shortcut if the shape stays, and adapts channels and size otherwise', () => {
  assert.deepEqual(shortcutOf(residual([conv(3), { type: 'relu' }]), [4, 4, 3]), []);
  assert.deepEqual(shortcutOf(residual([conv(5)]), [4, 4, 3]), ['conv [4, 4, 5]']);
  const up = [{ type: 'upsample' }, conv(5)];
  assert.deepEqual(shortcutOf(residual(up), [4, 4, 3]), ['conv [4, 4, 5]', 'upsample [8, 8, 5]']);
  const down = [conv(5), { type: 'averagePool' }];
  assert.deepEqual(shortcutOf(residual(down), [4, 4, 3]), ['averagePool [2, 2, 3]', 'conv [2, 2, 5]']);
  const strided = [conv(3, { stride: [1, 4] })];
  assert.deepEqual(shortcutOf(residual(strided), [4, 4, 3]), ['averagePool [4, 1, 3]', 'conv [4, 1, 3]']);
});

test('names variables by the enclosing layers, and by the shortcut', () => {
  const inner = residual([{ type: 'batchNorm' }, conv(5, { bias: false })], { shortcut: { spectralNorm: true } });
  const network = networkOf([{ type: 'relu' }, residual([conv(4), inner]), { type: 'flatten' }], [2, 2, 3]);
  assert.deepEqual(
    parametersOf(network).map(({ name, shape }) => `${name} [${shape.join(', ')}]`),
    [
      'discriminator/1/0/kernel [3, 3, 3, 4]',
      'discriminator/1/0/bias [4]',
      'discriminator/1/1/0/gamma [4]',
      'discriminator/1/1/0/beta [4]',
      'discriminator/1/1/0/movingMean [4]',
      'discriminator/1/1/0/movingVariance [4]',
      'discriminator/1/1/1/kernel [3, 3, 4, 5]',
      'discriminator/1/1/shortcut/kernel [1, 1, 4, 5]',
      'discriminator/1/1/shortcut/bias [5]',
      'discriminator/1/1/shortcut/u [5]',
      'discriminator/1/1/shortcut/v [4]',
      'discriminator/1/shortcut/kernel [1, 1, 3, 5]',
      'discriminator/1/shortcut/bias [5]',
    ],
  );
});

test('returns the input of a residual layer with zeros in its last convolution', () => {
  const network = networkOf([residual([{ type: 'tanh' }, conv(2, { initializer: { type: 'zeros' } })])], [1, 2, 2]);
  const distributions = parametersOf(network).map(({ initial }) => initial);
  assert.deepEqual(distributions, [
    { type: 'constant', value: 0 },
    { type: 'constant', value: 0 },
  ]);
  const { y } = apply(network, tensor([1, -2, 3, 0.5], [1, 1, 2, 2]), { kernel: Array(36).fill(0), bias: [0, 0] });
  assertClose(y, [1, -2, 3, 0.5]);
});

test('expands stacks inside a residual layer', () => {
  const stack = { type: 'stack', filters: '4>5', kernel: 4, norm: 'batchNorm', activation: 'relu' };
  const walked = networkOf([residual([stack])], [8, 8, 3]).layers[0]!;
  assert.ok(isResidual(walked));
  const types = ['conv', 'batchNorm', 'relu', 'conv', 'batchNorm', 'relu'];
  assert.deepEqual(
    walked.layers.map(({ layer }) => layer.type),
    types,
  );
  assert.deepEqual(walked.output, [2, 2, 5]);
});

test('reports an inner layer, or a shortcut, that does not fit by its place', () => {
  const build = (layers: object[], input: number[]) => () => networkOf([{ type: 'relu' }, residual(layers)], input);
  assert.throws(build([conv(3), residual([conv(9, { kernel: 7, padding: 'valid' })])], [4, 4, 3]), {
    code: 'config.shape',
    message: /^discriminator, layer 1\/1\/0 \(conv\): a 7 x 7 kernel is larger/,
  });
  assert.throws(build([conv(3, { stride: 2 })], [7, 8, 3]), {
    code: 'config.shape',
    message:
      /^discriminator, layer 1 \(residual\): its layers give \[4, 4, 3\], neither a whole number of times larger nor smaller; its input is \[7, 8, 3\]/,
  });
  assert.throws(build([{ type: 'relu' }], [4]), {
    code: 'config.shape',
    message: /1 \(residual\): residual needs an image/,
  });
  assert.throws(build([{ type: 'flatten' }], [2, 2, 3]), {
    code: 'config.shape',
    message: /1 \(residual\): what is added to the shortcut of residual needs an image/,
  });
  assert.throws(() => networkOf([{ type: 'averagePool', size: [2, 3] }], [4, 4, 1]), {
    code: 'config.shape',
    message: /0 \(averagePool\): windows of 2 x 3 do not cover 4 x 4 pixels/,
  });
});
