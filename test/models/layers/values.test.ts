// The outputs of layers other than normalisation.
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { before, test } from 'node:test';
import { tensor, tensor1d } from '@tensorflow/tfjs-core';
import { elementCount } from '../../../src/formats/tensor-shape.ts';
import { useCpuBackend } from '../../helpers/cpu-backend.ts';
import { hashedValues } from '../../helpers/hashed-values.ts';
import { networkOf } from '../../helpers/tiny-network.ts';
import { apply, assertClose } from './apply-layer.ts';

before(useCpuBackend);

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

test('computes convolutions and transposed ones as PyTorch, with every kind of padding', () => {
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

test('computes dense as x W + b', () => {
  const network = networkOf([{ type: 'dense', units: 2 }], [3]);
  // [1 2 3] [[1 2] [3 4] [5 6]] + [10 20]
  assert.deepEqual(apply(network, tensor([[1, 2, 3]]), { kernel: [1, 2, 3, 4, 5, 6], bias: [10, 20] }).y, [32, 48]);
});

test('computes activations by their formulas', () => {
  const x = tensor([[-2, 0, 3]]);
  const of = (layer: Record<string, unknown>) => apply(networkOf([layer], [3]), x, {}).y;
  assert.deepEqual(of({ type: 'relu' }), [0, 0, 3]);
  assertClose(of({ type: 'leakyRelu', slope: 0.3 }), [-0.6, 0, 3]);
  assertClose(of({ type: 'tanh' }), [-0.9640276, 0, 0.9950548]);
  assertClose(of({ type: 'sigmoid' }), [0.1192029, 0.5, 0.9525741]);
});

test('keeps the order in reshape and flatten, channels last', () => {
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

test('scales kept values in dropout, follows the seed, and does nothing at inference', () => {
  const network = networkOf([{ type: 'dropout', rate: 0.25 }], [4000]);
  const x = tensor(new Float32Array(4000).fill(3), [1, 4000]);
  const masked = (seed: number, draw: number) =>
    apply(network, x, {}, { training: true, noiseSeed: tensor1d([seed], 'int32'), nextDraw: () => draw }).y;
  const first = masked(7, 0);
  const kept = first.filter((value) => value !== 0);
  for (const value of kept) assertClose([value], [4]); // 3 / 0.75
  assert.ok(Math.abs(kept.length / 4000 - 0.75) < 0.03, `${kept.length} of 4000 kept`); // 4 deviations: 0.027
  assert.deepEqual(masked(7, 0), first);
  assert.notDeepEqual(masked(7, 1), first);
  assert.notDeepEqual(masked(8, 0), first);
  assert.deepEqual(apply(network, x, {}).y, [...x.dataSync()]);
});

test('keeps or drops whole channels in dropout of channels', () => {
  const [images, channels] = [50, 40];
  const network = networkOf([{ type: 'dropout', rate: 0.25, channels: true }], [3, 2, channels]);
  const x = tensor(new Float32Array(images * 6 * channels).fill(3), [images, 3, 2, channels]);
  const masked = (seed: number) =>
    apply(network, x, {}, { training: true, noiseSeed: tensor1d([seed], 'int32'), nextDraw: () => 0 }).y;
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
