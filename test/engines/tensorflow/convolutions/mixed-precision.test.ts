// Records every form in mixed_bfloat16: TensorFlow supports each of its ops in bfloat16, and data movement changes no values.
import assert from 'node:assert/strict';
import { before, test } from 'node:test';
import type { Tensor } from '@tensorflow/tfjs-core';
import type { Engine, Program, ProgramFunction, Shape } from '../../../../src/engines/engine.ts';
import { openEngine } from '../../../../src/engines/open.ts';
import { formsOf, type Kind } from '../../../../src/engines/tensorflow/convolutions/choices.ts';
import type { Form } from '../../../../src/engines/tensorflow/convolutions/form.ts';
import type { Convolution } from '../../../../src/engines/tensorflow/convolutions/geometry.ts';
import { nativeBackend } from '../../../../src/engines/tensorflow/recording/kernel.ts';
import { elementCount } from '../../../../src/formats/tensor-shape.ts';
import { hashedValues } from '../../../helpers/hashed-values.ts';
import { relativeError } from '../../../helpers/relative-error.ts';
import { noTensorflow } from '../../../helpers/tensorflow.ts';
import { geometries, kinds, shapesOf } from './geometries.ts';

let tensorflow: Engine;

before(async () => {
  if (!noTensorflow) tensorflow = (await openEngine('tensorflow')).engine;
});

const names = [
  'k5 s2 same, odd sides',
  'k4 s3, the last block over the edge',
  'k3 s1 same, 3 filters',
  'k5 s2 same, 16 channels',
];

/** One function per form, over its two operands. */
function programOf(kind: Kind, geometry: Convolution): { program: Program; forms: Form[] } {
  const { first, second } = shapesOf(kind, geometry);
  const forms = formsOf[kind].filter((form) => form.fits(geometry));
  const functionOf = (form: Form): ProgramFunction => ({
    feeds: { first: { shape: first, dtype: 'float32' }, second: { shape: second, dtype: 'float32' } },
    body: (_, feeds) => {
      const backend = nativeBackend();
      return {
        outputs: { result: form.compute(backend, geometry, feeds['first'] as Tensor, feeds['second'] as Tensor) },
      };
    },
  });
  return {
    program: { variables: {}, functions: Object.fromEntries(forms.map((form) => [form.name, functionOf(form)])) },
    forms,
  };
}

/** The result of each form, by name, for the same two operands. */
async function resultsOf(
  kind: Kind,
  geometry: Convolution,
  precision: 'float32' | 'mixed_bfloat16',
  values: (name: string, shape: Shape) => Float32Array,
) {
  const { program, forms } = programOf(kind, geometry);
  const { first, second } = shapesOf(kind, geometry);
  const feeds = { first: values('first', first), second: values('second', second) };
  const compiled = await tensorflow.compile(program, { precision });
  const results: Record<string, Float32Array> = {};
  for (const { name } of forms) results[name] = (await compiled.run(name, feeds))['result']!;
  compiled.dispose();
  return results;
}

const hashed = (name: string, shape: Shape) => hashedValues(name, elementCount(shape));
/** -1, 0 and 1: sums of their products, up to 256, are exact in bfloat16. */
const signs = (name: string, shape: Shape) => hashed(name, shape).map((value) => Math.round(1.4 * value));

for (const name of names) {
  const geometry = geometries[name]!;
  test(`sums of small integers are exact: ${name}`, { skip: noTensorflow }, async () => {
    for (const kind of kinds) {
      const { kernel: expected } = await resultsOf(kind, geometry, 'float32', signs);
      assert.ok(expected!.some((value) => Math.abs(value) > 3));
      assert.ok(expected!.every((value) => Number.isInteger(value) && Math.abs(value) <= 256));
      for (const [form, found] of Object.entries(await resultsOf(kind, geometry, 'mixed_bfloat16', signs)))
        assert.equal(relativeError(found, expected!), 0, `${kind} as ${form}`);
    }
  });

  test(`other operands are rounded to 8 bits: ${name}`, { skip: noTensorflow }, async () => {
    for (const kind of kinds) {
      const { kernel: expected } = await resultsOf(kind, geometry, 'float32', hashed);
      for (const [form, found] of Object.entries(await resultsOf(kind, geometry, 'mixed_bfloat16', hashed))) {
        const error = relativeError(found, expected!);
        assert.ok(error > 1e-4 && error < 1e-2, `${kind} as ${form} is off by ${error}`); // 2^-9 a number
        const bits = new Uint32Array(found.slice().buffer);
        assert.ok(
          bits.every((value) => (value & 0xffff) === 0),
          `${kind} as ${form}`,
        );
      }
    }
  });
}
