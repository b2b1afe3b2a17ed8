// Convolutions, both of their gradients and matrix products in mixed_float16: PyTorch's numbers within float16's rounding.
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { before, describe, test } from 'node:test';
import {
  conv2d,
  conv2dTranspose,
  grads,
  type MemoryInfo,
  matMul,
  memory,
  mul,
  sum,
  type Tensor,
  type Tensor4D,
} from '@tensorflow/tfjs-core';
import type { Engine, Precision, ProgramFunction, Shape } from '../../../src/engines/engine.ts';
import { openEngine } from '../../../src/engines/open.ts';
import { elementCount } from '../../../src/formats/tensor-shape.ts';
import { hashedValues } from '../../helpers/hashed-values.ts';
import { relativeError } from '../../helpers/relative-error.ts';
import { noFloat16, noWebgpu } from '../../helpers/webgpu.ts';

type Shape4D = [number, number, number, number];

interface Convolution {
  name: string;
  x: Shape4D;
  w: Shape4D;
  strides: [number, number];
  padding: [top: number, bottom: number, left: number, right: number];
}

const golden: {
  convolutions: (Convolution & Record<'y' | 'dx' | 'dw', number[]>)[];
  transposed: { name: string; x: Shape4D; w: Shape4D; output: Shape4D; stride: number; padding: number; y: number[] }[];
} = JSON.parse(readFileSync(new URL('../../fixtures/convolution/golden.json', import.meta.url), 'utf8'));

let engine: Engine;

before(async () => {
  if (!noFloat16) engine = (await openEngine('webgpu')).engine;
});

test('mixed_float16 is available if shaders support float16, and is never chosen by auto', {
  skip: noWebgpu,
}, async () => {
  const { info } = (await openEngine('webgpu')).engine;
  assert.equal(info.precisions.includes('mixed_float16'), noFloat16 === false);
  assert.equal(info.autoPrecision, 'float32');
});

/** Computes a function of tensors in a precision. */
async function compute(
  body: (feeds: Record<string, Tensor>) => Record<string, Tensor>,
  feeds: Record<string, { shape: Shape; values: Float32Array }>,
  precision: Precision = 'mixed_float16',
): Promise<Record<string, Float32Array>> {
  const once: ProgramFunction = {
    feeds: Object.fromEntries(
      Object.entries(feeds).map(([name, { shape }]) => [name, { shape, dtype: 'float32' as const }]),
    ),
    body: (_, tensors) => ({ outputs: body(tensors) }),
  };
  const compiled = await engine.compile({ variables: {}, functions: { once } }, { precision });
  const values = Object.entries(feeds).map(([name, feed]) => [name, feed.values]);
  return compiled.run('once', Object.fromEntries(values));
}

function outputShape({ x, w, strides, padding: [top, bottom, left, right] }: Convolution): Shape4D {
  const height = Math.floor((x[1] + top + bottom - w[0]) / strides[0]) + 1;
  const width = Math.floor((x[2] + left + right - w[1]) / strides[1]) + 1;
  return [x[0], height, width, w[3]];
}

/** y, and the gradients of sum(y dy). `change` is applied to the hashed values of every tensor. */
function convolve(
  convolution: Convolution,
  change = (values: Float32Array, _part: string) => values,
  precision: Precision = 'mixed_float16',
) {
  const { name, x, w, strides, padding } = convolution;
  const [top, bottom, left, right] = padding;
  const feed = (part: string, shape: Shape) => ({
    shape,
    values: change(hashedValues(`${name}/${part}`, elementCount(shape)), part),
  });
  const apply = (image: Tensor, filter: Tensor) =>
    conv2d(image as Tensor4D, filter as Tensor4D, strides, [[0, 0], [top, bottom], [left, right], [0, 0]], 'NHWC', 1, 'floor'); // biome-ignore format: one call
  return compute(
    ({ x: image, w: filter, dy }) => {
      const [dx, dw] = grads((a: Tensor, b: Tensor) => sum(mul(apply(a, b), dy!)))([image!, filter!]);
      return { y: apply(image!, filter!), dx: dx!, dw: dw! };
    },
    { x: feed('x', x), w: feed('w', w), dy: feed('dy', outputShape(convolution)) },
    precision,
  );
}

const parts = ['y', 'dx', 'dw'] as const;

/**
 * float16 has 11 significant bits: the relative error of a factor is at most 2^-11 if rounded to nearest, 2^-10 if truncated. Sums
 * of products with independent errors keep that bound, relative in the Euclidean norm.
 */
const maxError = 2 ** -10;
const minError = 2 ** -15; // closer values were never rounded

function assertRounded(actual: ArrayLike<number>, expected: ArrayLike<number>, what: string): void {
  const error = relativeError(actual, expected);
  assert.ok(error < maxError && error > minError, `${what} is off by ${error}`);
}

describe("PyTorch's numbers", { skip: noFloat16 }, () => {
  for (const expected of golden.convolutions) {
    test(`convolution and gradients: ${expected.name}`, async () => {
      const actual = await convolve(expected);
      for (const part of parts) assertRounded(actual[part]!, expected[part], part);
    });
  }

  for (const { name, x, w, output, stride, padding, y } of golden.transposed) {
    test(`transposed convolution: ${name}`, async () => {
      const sides: [number, number] = [padding, padding];
      const actual = await compute(
        (feeds) => ({
          y: conv2dTranspose(feeds['x'] as Tensor4D, feeds['w'] as Tensor4D, output, stride, [[0, 0], sides, sides, [0, 0]], 'floor'), // biome-ignore format: one call
        }),
        {
          x: { shape: x, values: hashedValues(`${name}/x`, elementCount(x)) },
          w: { shape: w, values: hashedValues(`${name}/w`, elementCount(w)) },
        },
      );
      assertRounded(actual['y']!, y, 'y');
    });
  }
});

/** Every side is larger than a tile and not a multiple of it, and the sums are split into parts. */
const large: Convolution = {
  name: 'several tiles and parts',
  x: [3, 37, 22, 19],
  w: [5, 4, 19, 70],
  strides: [2, 3],
  padding: [2, 1, 0, 2],
};

/** -1, 0 and 1 are exact in float16, so sums of their products are exact. */
const signs = (values: Float32Array) => values.map((value) => Math.round(1.4 * value));

for (const convolution of [large, { ...large, w: [3, 3, 19, 12] as Shape4D }])
  test(`sums of small integers are exact over tiles and parts: ${convolution.w}`, {
    skip: noFloat16,
  }, async () => {
    const expected = await convolve(convolution, signs, 'float32');
    const found = await convolve(convolution, signs);
    for (const part of parts) {
      assert.ok(expected[part]!.every(Number.isInteger) && expected[part]!.some((value) => Math.abs(value) > 7));
      assert.equal(relativeError(found[part]!, expected[part]!), 0, part);
    }
  });

test('tensors far from 1 are scaled by powers of two, and so is the result', {
  skip: noFloat16,
}, async () => {
  const convolution = golden.convolutions[0]!;
  const found = await convolve(convolution);
  const exponents: Record<string, number> = { x: -40, w: 30, dy: -60 }; // float16 ends at 2^-24 and 2^16
  const scaled = await convolve(convolution, (values, part) => values.map((value) => value * 2 ** exponents[part]!));
  const exponentOf = { y: -10, dx: -30, dw: -100 };
  for (const part of parts)
    assert.deepEqual(
      scaled[part],
      found[part]!.map((value) => value * 2 ** exponentOf[part]),
      part,
    );
});

test('zeros give zeros', { skip: noFloat16 }, async () => {
  const found = await convolve(golden.convolutions[0]!, (values) => values.fill(0));
  for (const part of parts)
    assert.ok(
      found[part]!.every((value) => value === 0),
      part,
    );
});

for (const wrong of [Number.NaN, Number.POSITIVE_INFINITY]) {
  test(`${wrong} spreads to the same outputs as in float32`, { skip: noFloat16 }, async () => {
    const spoil = (values: Float32Array, part: string) => (part === 'x' ? values.fill(wrong, 20, 21) : values);
    const [found, expected] = [
      await convolve(golden.convolutions[0]!, spoil),
      await convolve(golden.convolutions[0]!, spoil, 'float32'),
    ];
    for (const part of parts) {
      const finite = (values: Float32Array) => Array.from(values, Number.isFinite);
      assert.deepEqual(finite(found[part]!), finite(expected[part]!), part);
    }
    assert.ok(found['y']!.some(Number.isFinite) && !found['y']!.every(Number.isFinite));
    assert.ok(found['dx']!.every(Number.isFinite)); // it does not depend on x
  });
}

const [rows, inner, columns] = [70, 600, 33];

for (const [transposeA, transposeB] of [[false, false], [false, true], [true, false], [true, true]] as const) // biome-ignore format: four pairs
  test(`matrix product, ${transposeA ? 'a' : 'nothing'} and ${transposeB ? 'b' : 'nothing'} transposed`, {
    skip: noFloat16,
  }, async () => {
    const a = hashedValues('a', 2 * rows * inner);
    const b = hashedValues('b', inner * columns); // serves both matrices of a
    const feeds = {
      a: { shape: transposeA ? [2, inner, rows] : [2, rows, inner], values: a },
      b: { shape: transposeB ? [1, columns, inner] : [1, inner, columns], values: b },
    };
    const { product } = await compute(
      (given) => ({ product: matMul(given['a']!, given['b']!, transposeA, transposeB) }),
      feeds,
    );
    const expected = Float64Array.from({ length: 2 * rows * columns }, (_, index) => {
      const [matrix, row, column] = [
        Math.floor(index / (rows * columns)),
        Math.floor(index / columns) % rows,
        index % columns,
      ];
      let total = 0;
      for (let k = 0; k < inner; k++)
        total +=
          a[matrix * rows * inner + (transposeA ? k * rows + row : row * inner + k)]! *
          b[transposeB ? column * inner + k : k * columns + column]!;
      return total;
    });
    assertRounded(product!, expected, 'the product');
  });

test('converted tensors are freed after each run', { skip: noFloat16 }, async () => {
  const held = () => {
    const { numTensors, numBytes, numBytesInGPU } = memory() as MemoryInfo & { numBytesInGPU: number };
    return { numTensors, numBytes, numBytesInGPU };
  };
  await convolve(golden.convolutions[0]!);
  const before = held();
  assert.ok(before.numBytesInGPU >= 0);
  await convolve(golden.convolutions[0]!);
  assert.deepEqual(held(), before);
});
