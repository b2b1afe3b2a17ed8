// Compares every form with PyTorch's numbers, and on more geometries with TensorFlow's kernel.
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { before, describe, test } from 'node:test';
import { type Tensor, tidy } from '@tensorflow/tfjs-core';
import { formsOf, type Kind } from '../../../../src/engines/tensorflow/convolutions/choices.ts';
import type { Form } from '../../../../src/engines/tensorflow/convolutions/form.ts';
import type { Convolution } from '../../../../src/engines/tensorflow/convolutions/geometry.ts';
import { startTensorflow } from '../../../../src/engines/tensorflow/engine.ts';
import { findInstallation } from '../../../../src/engines/tensorflow/install/location.ts';
import { nativeBackend } from '../../../../src/engines/tensorflow/recording/kernel.ts';
import { hashedValues } from '../../../helpers/hashed-values.ts';
import { noTensorflow } from '../../../helpers/tensorflow.ts';
import { convolution, geometries, kinds, shapesOf, tensorOf } from './geometries.ts';

const tolerance = 1e-5; // of the largest value

before(async () => {
  if (!noTensorflow) await startTensorflow(findInstallation()!);
});

const parts: Record<Kind, [string, string]> = {
  forward: ['x', 'w'],
  inputGradient: ['dy', 'w'],
  filterGradient: ['x', 'dy'],
};

const isKernel = ({ name }: Form) => name === 'kernel';

/** Computes a form eagerly; `parts` are the names of its two hashed operands. */
function compute(
  form: Form,
  kind: Kind,
  geometry: Convolution,
  name: string,
  [a, b]: readonly [string, string] = parts[kind],
): Float32Array {
  const { first, second, result } = shapesOf(kind, geometry);
  const values = (part: string) => (count: number) => hashedValues(`${name}/${part}`, count);
  return tidy(() => {
    const backend = nativeBackend();
    const found = form.compute(backend, geometry, tensorOf(first, values(a)), tensorOf(second, values(b)));
    assert.deepEqual(found.shape, result);
    return found.dataSync<'float32'>() as Float32Array & Tensor; // tidy's type only allows tensors
  });
}

function assertClose(actual: Float32Array, expected: ArrayLike<number>, what: string): void {
  assert.equal(actual.length, expected.length);
  const largest = Math.max(...Array.from(expected, Math.abs));
  const worst = Math.max(...actual.map((value, index) => Math.abs(value - expected[index]!)));
  assert.ok(worst <= tolerance * largest, `${what} is off by ${worst}, the largest value being ${largest}`);
}

interface Golden {
  convolutions: {
    name: string;
    x: number[];
    w: number[];
    strides: [number, number];
    padding: [number, number, number, number];
    y: number[];
    dx: number[];
    dw: number[];
  }[];
  transposed: {
    name: string;
    x: number[];
    w: number[];
    output: number[];
    stride: number;
    padding: number;
    y: number[];
  }[];
}

const golden: Golden = JSON.parse(
  readFileSync(new URL('../../../fixtures/convolution/golden.json', import.meta.url), 'utf8'),
);

describe("agrees with PyTorch's numbers", { skip: noTensorflow }, () => {
  for (const { name, x, w, strides, padding, y, dx, dw } of golden.convolutions) {
    test(`convolution and gradients: ${name}`, () => {
      const geometry = convolution(x, w, strides, padding);
      const expected = { forward: y, inputGradient: dx, filterGradient: dw };
      for (const kind of kinds) {
        for (const form of formsOf[kind].filter((candidate) => candidate.fits(geometry)))
          assertClose(compute(form, kind, geometry, name), expected[kind], `${kind} as ${form.name}`);
      }
    });
  }

  for (const { name, x, w, output, stride, padding, y } of golden.transposed) {
    test(`transposed convolution: ${name}`, () => {
      const geometry = convolution(output, w, [stride, stride], [padding, padding, padding, padding]);
      assert.deepEqual(geometry.output, x);
      for (const form of formsOf.inputGradient.filter((candidate) => candidate.fits(geometry)))
        assertClose(compute(form, 'inputGradient', geometry, name, ['x', 'w']), y, form.name);
    });
  }
});

describe("agrees with TensorFlow's kernel", { skip: noTensorflow }, () => {
  for (const [name, geometry] of Object.entries(geometries)) {
    test(name, () => {
      for (const kind of kinds) {
        const fitting = formsOf[kind].filter((form) => form.fits(geometry));
        const standard = fitting.find(isKernel)!;
        const others = fitting.filter((form) => form !== standard);
        const expected = compute(standard, kind, geometry, name);
        for (const form of others)
          assertClose(compute(form, kind, geometry, name), expected, `${kind} as ${form.name}`);
      }
    });
  }

  test("every form fits at least three of these geometries, and TensorFlow's kernel fits all", () => {
    for (const kind of kinds) {
      const fitting = (form: Form) => Object.values(geometries).filter((geometry) => form.fits(geometry)).length;
      for (const form of formsOf[kind]) assert.ok(fitting(form) >= 3, `${kind} as ${form.name} fits ${fitting(form)}`);
      assert.equal(fitting(formsOf[kind].find(isKernel)!), Object.keys(geometries).length);
    }
  });
});
