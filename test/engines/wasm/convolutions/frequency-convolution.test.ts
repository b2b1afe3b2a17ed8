import assert from 'node:assert/strict';
import { before, describe, test } from 'node:test';
import type { BackendWasm } from '@tensorflow/tfjs-backend-wasm';
import * as tf from '@tensorflow/tfjs-core';
import { registerOps } from '../../../../src/engines/ops/register.ts';
import { geometryOf, type Shape4D } from '../../../../src/engines/wasm/convolutions/convolution.ts';
import {
  convolveByFrequency,
  filterGradientByFrequency,
  inputGradientByFrequency,
} from '../../../../src/engines/wasm/convolutions/frequency-convolution.ts';
import { type FrequencyPlan, frequencyPlan } from '../../../../src/engines/wasm/convolutions/frequency-rule.ts';
import { wasmKernels } from '../../../../src/engines/wasm/kernels.ts';
import { startWasm } from '../../../../src/engines/wasm/threads.ts';
import { hashedValues } from '../../../helpers/hashed-values.ts';
import { relativeError } from '../../../helpers/relative-error.ts';

before(async () => {
  await startWasm(2);
  registerOps('wasm', wasmKernels);
});

const backend = () => tf.engine().backend as unknown as BackendWasm;
const made = (info: tf.TensorInfo) => tf.engine().makeTensorFromTensorInfo(info);
const sizeOf = (shape: readonly number[]) => shape.reduce((product, side) => product * side, 1);
const tensor = (name: string, shape: Shape4D) => tf.tensor4d(hashedValues(name, sizeOf(shape)), shape);

interface Case {
  x: Shape4D;
  w: Shape4D;
  y: Shape4D;
  lead: [number, number];
}

const planOf = ({ x, w, y, lead }: Case): FrequencyPlan => ({
  sizes: { input: [x[1], x[2]], taps: [w[0], w[1]], output: [y[1], y[2]], lead },
  strides: [1, 1],
  zeros: [
    [0, 0],
    [0, 0],
  ],
});

/** Calls `visit` with the indices in x, w and y for every product in y[n, o, f] = sum_{t, c} x[n, o + t - lead, c] w[t, c, f]. */
function eachProduct({ x, w, y, lead }: Case, visit: (x: number, w: number, y: number) => void): void {
  const indexIn = (shape: Shape4D, ...at: number[]) => at.reduce((index, i, axis) => index * shape[axis]! + i, 0);
  const grid = (...sides: number[]): number[][] =>
    sides.reduce<number[][]>(
      (all, side) => all.flatMap((at) => Array.from({ length: side }, (_, i) => [...at, i])),
      [[]],
    );
  for (const [n, row, column, f] of grid(...y) as [number, number, number, number][]) {
    for (const [i, j, c] of grid(w[0], w[1], w[2]) as [number, number, number][]) {
      const [xRow, xColumn] = [row + i - lead[0], column + j - lead[1]];
      if (xRow < 0 || xRow >= x[1] || xColumn < 0 || xColumn >= x[2]) continue;
      visit(indexIn(x, n, xRow, xColumn, c), indexIn(w, i, j, c, f), indexIn(y, n, row, column, f));
    }
  }
}

const cases: [string, Case][] = [
  ['fewer images than filters', { x: [3, 7, 7, 5], w: [5, 5, 5, 8], y: [3, 7, 7, 8], lead: [2, 2] }],
  ['more images than filters', { x: [6, 7, 7, 5], w: [5, 5, 5, 2], y: [6, 7, 7, 2], lead: [2, 2] }],
  ['even transform sides, more taps across', { x: [2, 5, 9, 3], w: [2, 4, 3, 4], y: [2, 6, 8, 4], lead: [1, 1] }],
  ['no padding', { x: [2, 6, 5, 4], w: [3, 3, 4, 3], y: [2, 4, 3, 3], lead: [0, 0] }],
  ['more padding than the kernel reaches', { x: [2, 3, 4, 2], w: [3, 2, 2, 3], y: [2, 7, 9, 3], lead: [3, 4] }],
];

describe('equals the sum of products in double precision', () => {
  for (const [name, each] of cases) {
    test(`convolution: ${name}`, () => {
      const [x, w] = [tensor('x', each.x), tensor('w', each.w)];
      const [xValues, wValues] = [x.dataSync(), w.dataSync()];
      const expected = new Float64Array(sizeOf(each.y));
      eachProduct(each, (i, j, k) => {
        expected[k]! += xValues[i]! * wValues[j]!;
      });
      const y = made(convolveByFrequency(backend(), planOf(each), x, w));
      assert.deepEqual(y.shape, each.y);
      assert.ok(relativeError(y.dataSync(), expected) < 2e-6);
    });

    test(`gradient of the input: ${name}`, () => {
      const [dy, w] = [tensor('dy', each.y), tensor('w', each.w)];
      const [dyValues, wValues] = [dy.dataSync(), w.dataSync()];
      const expected = new Float64Array(sizeOf(each.x));
      eachProduct(each, (i, j, k) => {
        expected[i]! += dyValues[k]! * wValues[j]!;
      });
      const dx = made(inputGradientByFrequency(backend(), planOf(each), dy, w));
      assert.deepEqual(dx.shape, each.x);
      assert.ok(relativeError(dx.dataSync(), expected) < 2e-6);
    });

    test(`gradient of the filter: ${name}`, () => {
      const [x, dy] = [tensor('x', each.x), tensor('dy', each.y)];
      const [xValues, dyValues] = [x.dataSync(), dy.dataSync()];
      const expected = new Float64Array(sizeOf(each.w));
      eachProduct(each, (i, j, k) => {
        expected[j]! += xValues[i]! * dyValues[k]!;
      });
      const dw = made(filterGradientByFrequency(backend(), planOf(each), x, dy));
      assert.deepEqual(dw.shape, each.w);
      assert.ok(relativeError(dw.dataSync(), expected) < 2e-6);
    });
  }
});

type Sides = [number, number];

/** TensorFlow's SAME for 5 taps on an even number of pixels, or any number with stride 1. */
const paddingFor = (stride: number): tf.backend_util.ExplicitPadding => {
  const sides: Sides = stride === 1 ? [2, 2] : [1, 2];
  return [[0, 0], sides, sides, [0, 0]];
};

const isFaster = (x: Shape4D, w: Shape4D, attributes: tf.NamedAttrMap = {}) =>
  frequencyPlan(x, w, geometryOf({ strides: 1, pad: 'same', ...attributes }, x, w)) !== undefined;

test('is chosen for many channels, but not for sides that the stride does not divide, nor for dilations', () => {
  const [x, w]: [Shape4D, Shape4D] = [
    [100, 7, 7, 128],
    [5, 5, 128, 256],
  ];
  assert.equal(isFaster(x, w), true);
  assert.equal(isFaster([100, 7, 7, 1], [5, 5, 1, 256]), false);
  assert.equal(isFaster(x, [1, 1, 128, 256]), false);
  assert.equal(isFaster([100, 14, 14, 128], w, { strides: 2 }), true);
  assert.equal(isFaster([100, 13, 14, 128], w, { strides: 2 }), false);
  assert.equal(isFaster(x, w, { dilations: 2 }), false);
});

for (const strides of [1, 2]) {
  test(`the kernels use it if it is faster, with the numbers of the same convolution in parts, stride ${strides}`, () => {
    const pad = paddingFor(strides);
    const side = 8 * strides;
    const [x, w]: [Shape4D, Shape4D] = [
      [64, side, side, 64],
      [5, 5, 64, 64],
    ];
    const attributes = { strides, pad, dimRoundingMode: 'floor' };
    assert.equal(isFaster(x, w, attributes), true);
    assert.equal(isFaster([64, side, side, 2], [5, 5, 2, 64], attributes), false);
    const [image, filter, dy] = [tensor('image', x), tensor('filter', w), tensor('dy', [64, 8, 8, 64])];
    const run = (name: string, inputs: tf.NamedTensorMap, more: tf.NamedAttrMap) =>
      tf.engine().runKernel(name, inputs, { ...attributes, ...more }) as tf.Tensor;
    const filterGradient = (of: tf.Tensor, filterShape: Shape4D) =>
      run('Conv2DBackpropFilter', { x: of, dy }, { filterShape });
    const inputGradient = (of: tf.Tensor, inputShape: Shape4D) =>
      run('Conv2DBackpropInput', { dy, filter: of }, { inputShape });
    const [images, filters] = [tf.split<tf.Tensor4D>(image, 32, 3), tf.split<tf.Tensor4D>(filter, 32, 2)];

    const y = tf.conv2d(image, filter, strides, pad);
    const parts = images.map((part, index) => tf.conv2d(part, filters[index]!, strides, pad));
    assert.ok(relativeError(y.dataSync(), tf.addN(parts).dataSync()) < 2e-6);
    const filterParts = images.map((part) => filterGradient(part, [5, 5, 2, 64]));
    assert.ok(relativeError(filterGradient(image, w).dataSync(), tf.concat(filterParts, 2).dataSync()) < 2e-6);
    const imageParts = filters.map((part) => inputGradient(part, [64, side, side, 2]));
    assert.ok(relativeError(inputGradient(filter, x).dataSync(), tf.concat(imageParts, 3).dataSync()) < 2e-6);
  });
}

test('leaks no tensors after the transforms are created', () => {
  const each = cases[0]![1];
  const [x, w] = [tensor('x', each.x), tensor('w', each.w)];
  const run = () => made(convolveByFrequency(backend(), planOf(each), x, w)).dispose();
  run();
  const { numTensors, numBytes } = tf.memory();
  run();
  assert.deepEqual([tf.memory().numTensors, tf.memory().numBytes], [numTensors, numBytes]);
});
