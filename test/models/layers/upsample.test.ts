import assert from 'node:assert/strict';
import { before, test } from 'node:test';
import { ones, tensor } from '@tensorflow/tfjs-core';
import { elementCount } from '../../../src/formats/tensor-shape.ts';
import { applyNetwork, parametersOf } from '../../../src/models/network.ts';
import { useCpuBackend } from '../../helpers/cpu-backend.ts';
import { hashedValues } from '../../helpers/hashed-values.ts';
import { networkOf } from '../../helpers/tiny-network.ts';
import { apply, assertClose } from './apply-layer.ts';

before(useCpuBackend);

test('interpolates bilinearly between pixel centres, and clamps at the edges', () => {
  const bilinear = (factor: number | [number, number]) => ({ type: 'upsample', factor, method: 'bilinear' });
  const row = tensor([0, 4], [1, 1, 2, 1]);
  assertClose(apply(networkOf([bilinear([1, 2])], [1, 2, 1]), row, {}).y, [0, 1, 3, 4]); // 1/4 and 3/4 of each
  assertClose(apply(networkOf([bilinear([1, 3])], [1, 2, 1]), row, {}).y, [0, 0, 4 / 3, 8 / 3, 4, 4]);
  const image = tensor([0, 4, 8, 12], [1, 2, 2, 1]);
  assertClose(
    apply(networkOf([bilinear(2)], [2, 2, 1]), image, {}).y,
    [0, 1, 3, 4, 2, 3, 5, 6, 6, 7, 9, 10, 8, 9, 11, 12],
  );
});

/** The range of the output away from the edges for an input of ones: [6, 6, 2] to [12, 12, 1]. */
function patternOf(layers: Record<string, unknown>[]): number {
  const network = networkOf(layers, [6, 6, 2]);
  const variables = Object.fromEntries(
    parametersOf(network).map(({ name, shape }) => [name, tensor(hashedValues(name, elementCount(shape)), [...shape])]),
  );
  const { y } = applyNetwork(network, ones([1, 6, 6, 2]), { variables, training: false });
  const inner = [...y.slice([0, 3, 3, 0], [1, 6, 6, 1]).dataSync()];
  return Math.max(...inner) - Math.min(...inner);
}

test('has a checkerboard with a transposed convolution of kernel 3 and stride 2, and none with upsampling and convolution', () => {
  const conv = { type: 'conv', filters: 1, kernel: 3 };
  for (const method of ['bilinear', 'nearest'])
    assert.ok(patternOf([{ type: 'upsample', method }, conv]) < 1e-5, method);
  assert.ok(patternOf([{ type: 'convTranspose', filters: 1, kernel: 3, stride: 2 }]) > 0.1);
});
