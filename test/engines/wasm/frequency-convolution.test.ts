import assert from 'node:assert/strict';
import { before, describe, test } from 'node:test';
import type { BackendWasm } from '@tensorflow/tfjs-backend-wasm';
import * as tf from '@tensorflow/tfjs-core';
import { registerOps } from '../../../src/engines/ops/register.ts';
import { geometryOf, type Shape4D } from '../../../src/engines/wasm/convolution.ts';
import { convolveByFrequency, filterGradientByFrequency } from '../../../src/engines/wasm/frequency-convolution.ts';
import { frequencySizes } from '../../../src/engines/wasm/frequency-rule.ts';
import { wasmKernels } from '../../../src/engines/wasm/kernels.ts';
import { startWasm } from '../../../src/engines/wasm/threads.ts';
import { hashedValues } from '../../helpers/hashed-values.ts';
import { relativeError } from '../../helpers/relative-error.ts';

before(async () => {
  await startWasm(2);
  registerOps('wasm', wasmKernels);
});

const backend = () => tf.engine().backend as unknown as BackendWasm;
const sizeOf = (shape: readonly number[]) => shape.reduce((product, side) => product * side, 1);
const tensor = (name: string, shape: Shape4D) => tf.tensor4d(hashedValues(name, sizeOf(shape)), shape);

interface Case {
  x: Shape4D;
  w: Shape4D;
  y: Shape4D;
  lead: [number, number];
}

const sizesOf = ({ x, w, y, lead }: Case) => ({
  input: [x[1], x[2]] as const,
  taps: [w[0], w[1]] as const,
  output: [y[1], y[2]] as const,
  lead,
});

/** Calls `visit` with the places of x, w and y for every product in y[n, o, f] = sum_{t, c} x[n, o + t - lead, c] w[t, c, f]. */
function eachProduct({ x, w, y, lead }: Case, visit: (x: number, w: number, y: number) => void): void {
  const place = (shape: Shape4D, ...at: number[]) => at.reduce((index, i, axis) => index * shape[axis]! + i, 0);
  const grid = (...sides: number[]): number[][] =>
    sides.reduce<number[][]>(
      (all, side) => all.flatMap((at) => Array.from({ length: side }, (_, i) => [...at, i])),
      [[]],
    );
  for (const [n, row, column, f] of grid(...y) as [number, number, number, number][]) {
    for (const [i, j, c] of grid(w[0], w[1], w[2]) as [number, number, number][]) {
      const [xRow, xColumn] = [row + i - lead[0], column + j - lead[1]];
      if (xRow < 0 || xRow >= x[1] || xColumn < 0 || xColumn >= x[2]) continue;
      visit(place(x, n, xRow, xColumn, c), place(w, i, j, c, f), place(y, n, row, column, f));
    }
  }
}

const cases: [string, Case][] = [
  ['fewer images than filters', { x: [3, 7, 7, 5], w: [5, 5, 5, 8], y: [3, 7, 7, 8], lead: [2, 2] }],
  ['more images than filters', { x: [6, 7, 7, 5], w: [5, 5, 5, 2], y: [6, 7, 7, 2], lead: [2, 2] }],
  ['an even torus, more taps across', { x: [2, 5, 9, 3], w: [2, 4, 3, 4], y: [2, 6, 8, 4], lead: [1, 1] }],
  ['no padding', { x: [2, 6, 5, 4], w: [3, 3, 4, 3], y: [2, 4, 3, 3], lead: [0, 0] }],
  ['more padding than the kernel reaches', { x: [2, 3, 4, 2], w: [3, 2, 2, 3], y: [2, 7, 9, 3], lead: [3, 4] }],
];

describe('the sum of products, in double precision', () => {
  for (const [name, each] of cases) {
    test(`convolution: ${name}`, () => {
      const [x, w] = [tensor('x', each.x), tensor('w', each.w)];
      const [xValues, wValues] = [x.dataSync(), w.dataSync()];
      const expected = new Float64Array(sizeOf(each.y));
      eachProduct(each, (i, j, k) => {
        expected[k]! += xValues[i]! * wValues[j]!;
      });
      const y = tf.tidy(() => convolveByFrequency(backend(), sizesOf(each), x, w));
      assert.deepEqual(y.shape, each.y);
      assert.ok(relativeError(y.dataSync(), expected) < 2e-6);
    });

    test(`gradient of the filter: ${name}`, () => {
      const [x, dy] = [tensor('x', each.x), tensor('dy', each.y)];
      const [xValues, dyValues] = [x.dataSync(), dy.dataSync()];
      const expected = new Float64Array(sizeOf(each.w));
      eachProduct(each, (i, j, k) => {
        expected[j]! += xValues[i]! * dyValues[k]!;
      });
      const dw = tf.tidy(() => filterGradientByFrequency(backend(), sizesOf(each), x, dy));
      assert.deepEqual(dw.shape, each.w);
      assert.ok(relativeError(dw.dataSync(), expected) < 2e-6);
    });
  }
});

const same: tf.backend_util.ExplicitPadding = [
  [0, 0],
  [2, 2],
  [2, 2],
  [0, 0],
];

const isFaster = (x: Shape4D, w: Shape4D, attributes: tf.NamedAttrMap = {}) =>
  frequencySizes(x, w, geometryOf({ strides: 1, pad: 'same', ...attributes }, x, w)) !== undefined;

test('it is for many channels, and not for strides and dilations', () => {
  const [x, w]: [Shape4D, Shape4D] = [
    [100, 7, 7, 128],
    [5, 5, 128, 256],
  ];
  assert.equal(isFaster(x, w), true);
  assert.equal(isFaster([100, 7, 7, 1], [5, 5, 1, 256]), false);
  assert.equal(isFaster(x, [1, 1, 128, 256]), false);
  assert.equal(isFaster(x, w, { strides: 2 }), false);
  assert.equal(isFaster(x, w, { dilations: 2 }), false);
});

test('the kernels take it where it is faster: the numbers of the same convolution, few channels at a time', () => {
  const [x, w]: [Shape4D, Shape4D] = [
    [96, 7, 7, 96],
    [5, 5, 96, 96],
  ];
  assert.equal(isFaster(x, w), true);
  assert.equal(isFaster([96, 7, 7, 4], [5, 5, 4, 96]), false);
  const [image, filter, dy] = [tensor('image', x), tensor('filter', w), tensor('dy', x)];
  const filterGradient = (of: tf.Tensor, filterShape: Shape4D) =>
    tf.engine().runKernel('Conv2DBackpropFilter', { x: of, dy }, { strides: 1, pad: same, filterShape }) as tf.Tensor;
  const thin = tf.split<tf.Tensor4D>(image, 24, 3);
  const parts = thin.map((part, index) =>
    tf.conv2d(part, tf.slice(filter, [0, 0, 4 * index, 0], [5, 5, 4, 96]), 1, same),
  );
  const y = tf.conv2d(image, filter, 1, same);
  assert.ok(relativeError(y.dataSync(), tf.addN(parts).dataSync()) < 2e-6);
  const gradients = thin.map((part) => filterGradient(part, [5, 5, 4, 96]));
  assert.ok(relativeError(filterGradient(image, w).dataSync(), tf.concat(gradients, 2).dataSync()) < 2e-6);
});

test('no tensor is left behind once the transforms are made', () => {
  const each = cases[0]![1];
  const [x, w] = [tensor('x', each.x), tensor('w', each.w)];
  const run = () => tf.tidy(() => convolveByFrequency(backend(), sizesOf(each), x, w)).dispose();
  run();
  const { numTensors, numBytes } = tf.memory();
  run();
  assert.deepEqual([tf.memory().numTensors, tf.memory().numBytes], [numTensors, numBytes]);
});
