// Which pairs of upsampling and convolution are fused.
import assert from 'node:assert/strict';
import { before, test } from 'node:test';
import { ones, profile } from '@tensorflow/tfjs-core';
import { applyNetwork, parametersOf } from '../../../src/models/network.ts';
import { useCpuBackend } from '../../helpers/cpu-backend.ts';
import { networkOf } from '../../helpers/tiny-network.ts';

before(useCpuBackend);

const input = [4, 6, 2];

/** The kernels of tfjs and ours that the network runs. */
async function kernelsOf(layers: Record<string, unknown>[]): Promise<string[]> {
  const network = networkOf(layers, input);
  const variables = Object.fromEntries(parametersOf(network).map(({ name, shape }) => [name, ones([...shape])]));
  const x = ones([1, ...input]);
  const { kernels } = await profile(() => {
    const { y } = applyNetwork(network, x, { variables, training: false });
    assert.deepEqual(y.shape, [1, ...network.output]);
    return y;
  });
  return kernels.map(({ name }) => name);
}

const upsample = { type: 'upsample', factor: 2 };
const conv = { type: 'conv', filters: 3, kernel: 3 };

const fused: Record<string, Record<string, unknown>[]> = {
  'same padding': [upsample, conv],
  'padding as far as the kernel reaches': [upsample, { ...conv, padding: 2 }],
  'layers around them': [{ type: 'relu' }, upsample, conv, { type: 'tanh' }],
};

for (const [name, layers] of Object.entries(fused)) {
  test(`fuses into one transposed convolution: ${name}`, async () => {
    const kernels = await kernelsOf(layers);
    assert.equal(kernels.filter((kernel) => kernel === 'Conv2DBackpropInput').length, 1);
    assert.ok(!kernels.includes('RepeatPixels') && !kernels.includes('Conv2D'), kernels.join());
  });
}

const separate: Record<string, Record<string, unknown>[]> = {
  'stride 2': [upsample, { ...conv, stride: 2 }],
  'stride 2 along one axis': [upsample, { ...conv, stride: [1, 2] }],
  'padding beyond the kernel': [upsample, { ...conv, padding: 3 }],
  'padding beyond the kernel on one side': [upsample, { ...conv, padding: [0, 0, 0, 3] }],
  'padding beyond the shorter side of the kernel': [upsample, { ...conv, kernel: [5, 3], padding: 3 }],
  'a layer between them': [upsample, { type: 'relu' }, conv],
  'the convolution first': [conv, upsample],
};

for (const [name, layers] of Object.entries(separate)) {
  test(`keeps two layers: ${name}`, async () => {
    const kernels = await kernelsOf(layers);
    assert.ok(kernels.includes('RepeatPixels') && kernels.includes('Conv2D'), kernels.join());
    assert.ok(!kernels.includes('Conv2DBackpropInput'), kernels.join());
  });
}

test('keeps two layers: bilinear upsampling, and a transposed convolution', async () => {
  const blended = await kernelsOf([{ ...upsample, method: 'bilinear' }, conv]);
  assert.ok(blended.includes('Conv2D') && !blended.includes('Conv2DBackpropInput'), blended.join());
  const transposed = await kernelsOf([upsample, { ...conv, type: 'convTranspose' }]);
  assert.ok(transposed.includes('RepeatPixels') && transposed.includes('Conv2DBackpropInput'), transposed.join());
});

test('fuses two pairs in a row into two transposed convolutions, each with its own variables', async () => {
  const kernels = await kernelsOf([upsample, conv, upsample, { ...conv, filters: 5 }]);
  assert.equal(kernels.filter((kernel) => kernel === 'Conv2DBackpropInput').length, 2);
  assert.ok(!kernels.includes('RepeatPixels'));
});
