import assert from 'node:assert/strict';
import { test } from 'node:test';
import { convolutionPadding } from '../../../src/models/layers/padding.ts';
import { networkOf } from '../../helpers/tiny-network.ts';

/** The shape after each layer. */
function walk(layers: Record<string, unknown>[], input: number[]): number[][] {
  return networkOf(layers, input).layers.map(({ output }) => [...output]);
}

test("computes TensorFlow's SAME padding before and after", () => {
  // (out - 1) s + k - n pixels with out = ceil(n / s), the odd one after
  const table: [kernel: number, stride: number, size: number, sides: [number, number]][] = [
    [5, 2, 28, [1, 2]],
    [5, 2, 64, [1, 2]],
    [5, 1, 7, [2, 2]],
    [4, 2, 64, [1, 1]],
    [6, 2, 64, [2, 2]],
    [8, 2, 64, [3, 3]],
    [3, 2, 64, [0, 1]],
    [7, 2, 64, [2, 3]],
    [5, 2, 7, [2, 2]],
    [3, 2, 7, [1, 1]],
    [3, 1, 9, [1, 1]],
    [4, 1, 9, [1, 2]],
    [1, 1, 9, [0, 0]],
    [2, 3, 9, [0, 0]],
    [5, 4, 6, [1, 2]],
  ];
  for (const [kernel, stride, size, sides] of table) {
    assert.deepEqual(convolutionPadding('same', 0, size, kernel, stride), sides, `k${kernel} s${stride} n${size}`);
  }
});

test('applies explicit padding to the sides it names', () => {
  assert.deepEqual(convolutionPadding('valid', 0, 8, 5, 2), [0, 0]);
  assert.deepEqual(convolutionPadding(3, 1, 8, 5, 2), [3, 3]);
  assert.deepEqual(convolutionPadding([1, 2, 3, 4], 0, 8, 5, 2), [1, 2]);
  assert.deepEqual(convolutionPadding([1, 2, 3, 4], 1, 8, 5, 2), [3, 4]);
});

test('infers ceil(n / s) for a convolution with same padding', () => {
  const conv = (kernel: unknown, stride: unknown) => [{ type: 'conv', filters: 6, kernel, stride }];
  assert.deepEqual(walk(conv(5, 2), [28, 28, 1]), [[14, 14, 6]]);
  assert.deepEqual(walk(conv(5, 2), [7, 9, 3]), [[4, 5, 6]]);
  assert.deepEqual(walk(conv(3, 1), [7, 9, 3]), [[7, 9, 6]]);
  assert.deepEqual(walk(conv([5, 3], [1, 4]), [7, 9, 3]), [[7, 3, 6]]);
  assert.deepEqual(walk(conv(2, 5), [11, 11, 3]), [[3, 3, 6]]);
});

test('infers floor((n + p - k) / s) + 1 for a convolution with explicit padding', () => {
  const conv = (kernel: number, stride: number, padding: unknown) => [
    { type: 'conv', filters: 1, kernel, stride, padding },
  ];
  assert.deepEqual(walk(conv(4, 2, 1), [64, 64, 3]), [[32, 32, 1]]);
  assert.deepEqual(walk(conv(4, 1, 'valid'), [4, 4, 3]), [[1, 1, 1]]);
  assert.deepEqual(walk(conv(5, 1, 1), [130, 130, 64]), [[128, 128, 1]]);
  assert.deepEqual(walk(conv(3, 2, [0, 1, 2, 0]), [8, 8, 3]), [[4, 4, 1]]);
});

test('infers n s for a transposed convolution with same padding', () => {
  const layer = (kernel: number, stride: unknown) => [{ type: 'convTranspose', filters: 2, kernel, stride }];
  assert.deepEqual(walk(layer(5, 2), [7, 7, 4]), [[14, 14, 2]]);
  assert.deepEqual(walk(layer(5, 1), [7, 7, 4]), [[7, 7, 2]]);
  assert.deepEqual(walk(layer(3, [2, 3]), [4, 5, 4]), [[8, 15, 2]]);
});

test("infers PyTorch's transposed convolutions: the Simpsons generator 8 -> 17 -> 33 -> 65 -> 130 -> 128", () => {
  const up = (filters: number, padding: number, outputPadding = 0) => ({
    type: 'convTranspose',
    filters,
    kernel: 5,
    stride: 2,
    padding,
    outputPadding,
  });
  const layers = [
    up(512, 1),
    up(256, 2),
    up(128, 2),
    up(64, 2, 1),
    { type: 'conv', filters: 3, kernel: 5, padding: 1 },
  ];
  const sides = walk(layers, [8, 8, 1024]).map(([height]) => height);
  assert.deepEqual(sides, [17, 33, 65, 130, 128]);
});

test("infers PyTorch's Simpsons discriminator 128 -> 63 -> 31 -> 15 -> 15 -> 8, and DCGAN's 1 -> 4 -> 64", () => {
  const down = (stride: number, padding: number) => ({ type: 'conv', filters: 1, kernel: 5, stride, padding });
  const sides = walk([down(2, 1), down(2, 1), down(2, 1), down(1, 2), down(2, 2)], [128, 128, 3]).map(([side]) => side);
  assert.deepEqual(sides, [63, 31, 15, 15, 8]);
  const up = (stride: number, padding: number) => ({ type: 'convTranspose', filters: 1, kernel: 4, stride, padding });
  const dcgan = walk([up(1, 0), up(2, 1), up(2, 1), up(2, 1), up(2, 1)], [1, 1, 100]).map(([side]) => side);
  assert.deepEqual(dcgan, [4, 8, 16, 32, 64]);
});

test('infers reshape, flatten and dense, and rejects other inputs', () => {
  assert.deepEqual(
    walk([{ type: 'dense', units: 24 }, { type: 'reshape', shape: [2, 3, 4] }, { type: 'flatten' }], [7]),
    [[24], [2, 3, 4], [24]],
  );
  const same = ['relu', 'leakyRelu', 'tanh', 'sigmoid', 'batchNorm'].map((type) => ({ type }));
  for (const input of [[5], [2, 3, 4]]) {
    assert.deepEqual(walk([...same, { type: 'dropout', rate: 0.5 }], input), Array(6).fill(input));
  }
});

test('multiplies the sides in upsampling and keeps the channels', () => {
  assert.deepEqual(walk([{ type: 'upsample' }, { type: 'upsample', factor: [3, 1], method: 'bilinear' }], [4, 5, 7]), [
    [8, 10, 7],
    [24, 10, 7],
  ]);
});

test('rejects vectors for upsampling and dropout of channels', () => {
  const message = (layer: string, what: string) =>
    new RegExp(`^discriminator, layer 0 \\(${layer}\\): ${what} needs an image`);
  assert.throws(() => walk([{ type: 'upsample' }], [8]), {
    code: 'config.shape',
    message: message('upsample', 'upsample'),
  });
  assert.throws(() => walk([{ type: 'dropout', rate: 0.1, channels: true }], [8]), {
    code: 'config.shape',
    message: message('dropout', 'dropout of channels'),
  });
});
