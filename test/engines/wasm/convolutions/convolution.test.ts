import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { before, describe, test } from 'node:test';
import '@tensorflow/tfjs-backend-cpu';
import * as tf from '@tensorflow/tfjs-core';
import { registerOps } from '../../../../src/engines/ops/register.ts';
import { wasmKernels } from '../../../../src/engines/wasm/kernels.ts';
import { startWasm } from '../../../../src/engines/wasm/threads.ts';
import { hashedValues } from '../../../helpers/hashed-values.ts';
import { relativeError } from '../../../helpers/relative-error.ts';

type Shape = [number, number, number, number];
type Sides = [top: number, bottom: number, left: number, right: number];

/** One convolution from x [B, H, W, C] with w [kh, kw, C, F] to dy [B, h, w, F]. */
interface Convolution {
  x: Shape;
  w: Shape;
  strides: [number, number];
  padding: Sides;
}

type Values = Record<'x' | 'w' | 'dy', Float32Array>;

before(async () => {
  tf.enableProdMode(); // silences the CPU backend's advertisement
  await startWasm(2);
  registerOps('wasm', wasmKernels);
});

function outputShape({ x, w, strides, padding: [top, bottom, left, right] }: Convolution): Shape {
  const height = Math.floor((x[1] + top + bottom - w[0]) / strides[0]) + 1;
  const width = Math.floor((x[2] + left + right - w[1]) / strides[1]) + 1;
  return [x[0], height, width, w[3]];
}

const sizeOf = (shape: readonly number[]) => shape.reduce((product, side) => product * side, 1);

function valuesOf(name: string, convolution: Convolution): Values {
  const values = (part: string, shape: Shape) => hashedValues(`${name}/${part}`, sizeOf(shape));
  return {
    x: values('x', convolution.x),
    w: values('w', convolution.w),
    dy: values('dy', outputShape(convolution)),
  };
}

/** y, dx and dw on the current backend, by tfjs's kernel names. */
function compute(convolution: Convolution, values: Values): Record<'y' | 'dx' | 'dw', Float32Array> {
  const { x, w, strides, padding } = convolution;
  const [top, bottom, left, right] = padding;
  const pad = [
    [0, 0],
    [top, bottom],
    [left, right],
    [0, 0],
  ];
  const attributes = { strides, pad, dataFormat: 'NHWC', dilations: [1, 1], dimRoundingMode: 'floor' };
  const run = (kernel: string, inputs: tf.NamedTensorMap, more: tf.NamedAttrMap, shape: Shape) => {
    const result = tf.engine().runKernel(kernel, inputs, { ...attributes, ...more }) as tf.Tensor;
    assert.deepEqual(result.shape, shape);
    const numbers = result.dataSync<'float32'>();
    result.dispose();
    return numbers;
  };
  const image = tf.tensor4d(values.x, x);
  const filter = tf.tensor4d(values.w, w);
  const dy = tf.tensor4d(values.dy, outputShape(convolution));
  const results = {
    y: run('Conv2D', { x: image, filter }, {}, outputShape(convolution)),
    dx: run('Conv2DBackpropInput', { dy, filter }, { inputShape: x }, x),
    dw: run('Conv2DBackpropFilter', { x: image, dy }, { filterShape: w }, w),
  };
  tf.dispose([image, filter, dy]);
  return results;
}

interface Golden {
  convolutions: (Convolution & { name: string; y: number[]; dx: number[]; dw: number[] })[];
  transposed: { name: string; x: Shape; w: Shape; output: Shape; stride: number; padding: number; y: number[] }[];
}

const golden: Golden = JSON.parse(
  readFileSync(new URL('../../../fixtures/convolution/golden.json', import.meta.url), 'utf8'),
);

describe("agrees with PyTorch's numbers", () => {
  for (const expected of golden.convolutions) {
    test(`convolution and gradients: ${expected.name}`, () => {
      const actual = compute(expected, valuesOf(expected.name, expected));
      for (const part of ['y', 'dx', 'dw'] as const)
        assert.ok(relativeError(actual[part], expected[part]) < 1e-6, part);
    });
  }

  for (const { name, x, w, output, stride, padding, y } of golden.transposed) {
    test(`transposed convolution: ${name}`, () => {
      const dy = tf.tensor4d(hashedValues(`${name}/x`, sizeOf(x)), x);
      const filter = tf.tensor4d(hashedValues(`${name}/w`, sizeOf(w)), w);
      const pad: tf.backend_util.ExplicitPadding = [
        [0, 0],
        [padding, padding],
        [padding, padding],
        [0, 0],
      ];
      const actual = tf.conv2dTranspose(dy, filter, output, stride, pad, 'floor');
      assert.ok(relativeError(actual.dataSync(), y) < 1e-6);
    });
  }
});

/** TensorFlow's SAME padding for a size, kernel and stride. */
function same(size: number, kernel: number, stride: number): [number, number] {
  const total = Math.max((Math.ceil(size / stride) - 1) * stride + kernel - size, 0);
  return [Math.floor(total / 2), Math.ceil(total / 2)];
}

function table(): Convolution[] {
  const convolutions: Convolution[] = [];
  for (const stride of [1, 2, 3]) {
    for (let kernel = 1; kernel <= 8; kernel++) {
      const [height, width] = [9 + (kernel % 3), 12 - (kernel % 4)];
      const padding: Sides[] = [
        [...same(height, kernel, stride), ...same(width, kernel, stride)],
        [0, 0, 0, 0],
        [kernel - 1, 0, Math.floor(kernel / 2), kernel],
      ];
      for (const sides of padding) {
        convolutions.push({
          x: [2, height, width, kernel % 4 === 0 ? 1 : 3],
          w: [kernel, Math.max(kernel - (stride % 2), 1), kernel % 4 === 0 ? 1 : 3, kernel % 3 === 0 ? 1 : 5],
          strides: [stride, kernel % 2 === 0 ? stride : ((stride + 1) % 3) + 1],
          padding: sides,
        });
      }
    }
  }
  return convolutions;
}

describe("agrees with tfjs's CPU backend", () => {
  for (const convolution of table()) {
    const { x, w, strides, padding } = convolution;
    const name = `[${x}] by [${w}], strides ${strides}, padding ${padding}`;
    test(name, async () => {
      const values = valuesOf(name, convolution);
      await tf.setBackend('cpu');
      const expected = compute(convolution, values);
      await tf.setBackend('wasm');
      const actual = compute(convolution, values);
      for (const part of ['y', 'dx', 'dw'] as const)
        assert.ok(relativeError(actual[part], expected[part]) < 1e-5, part);
    });
  }
});

/** sum(dy * y), the loss with the gradients dx and dw, summed in double precision. */
function loss(convolution: Convolution, values: Values): number {
  return compute(convolution, values).y.reduce((sum, y, i) => sum + y * values.dy[i]!, 0);
}

describe('agrees with finite differences at the sizes of the MNIST and emoji designs', () => {
  const layers: [string, Convolution][] = [
    ['28x28x1 -> 14x14x64', { x: [3, 28, 28, 1], w: [5, 5, 1, 64], strides: [2, 2], padding: [1, 2, 1, 2] }],
    ['14x14x64 -> 7x7x128', { x: [3, 14, 14, 64], w: [5, 5, 64, 128], strides: [2, 2], padding: [1, 2, 1, 2] }],
    ['7x7x128 -> 7x7x256', { x: [3, 7, 7, 128], w: [5, 5, 128, 256], strides: [1, 1], padding: [2, 2, 2, 2] }],
    ['64x64x4 -> 32x32x64', { x: [2, 64, 64, 4], w: [5, 5, 4, 64], strides: [2, 2], padding: [1, 2, 1, 2] }],
  ];
  for (const [name, convolution] of layers) {
    test(name, () => {
      const values = valuesOf(name, convolution);
      const { dx, dw } = compute(convolution, values);
      for (const [part, gradient] of [['x', dx] as const, ['w', dw] as const]) {
        const direction = hashedValues(`${name}/direction of ${part}`, gradient.length);
        const moved = (step: number) => ({
          ...values,
          [part]: values[part].map((value, i) => value + step * direction[i]!),
        });
        const slope = loss(convolution, moved(0.5)) - loss(convolution, moved(-0.5)); // exact: the loss is linear in each
        const predicted = gradient.reduce((sum, value, i) => sum + value * direction[i]!, 0);
        assert.ok(Math.abs(slope - predicted) < 1e-4 * Math.abs(slope), `${part}: ${predicted}, not ${slope}`);
      }
    });
  }
});

test('leaks no tensors', () => {
  const convolution = golden.convolutions[0]!;
  const values = valuesOf('leak', convolution);
  compute(convolution, values);
  const [tensors, bytes] = [tf.memory().numTensors, tf.memory().numBytes];
  compute(convolution, values);
  assert.deepEqual([tf.memory().numTensors, tf.memory().numBytes], [tensors, bytes]);
});
