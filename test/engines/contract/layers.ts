// Every kind of layer: values and gradients equal PyTorch's, and finite differences of the values equal the gradients.
import assert from 'node:assert/strict';
import type { CompiledProgram, HostValues } from '../../../src/engines/engine.ts';
import { elementCount } from '../../../src/formats/tensor-shape.ts';
import { hashedValues } from '../../helpers/hashed-values.ts';
import { relativeError } from '../../helpers/relative-error.ts';
import { type ContractTest, withProgram } from './contract-test.ts';
import { type GoldenLayer, golden } from './golden.ts';
import { layerProgram } from './layer-program.ts';

const tolerance = 2e-6; // relative, Euclidean; float32 against float64
const noiseSeed = Int32Array.of(0);

function goldenTest({ name, layer, input, output, y, gradients, inference, updates }: GoldenLayer): ContractTest {
  return {
    name: `${name}: values and gradients equal PyTorch's`,
    async run(engine) {
      const { program, values, output: walked } = layerProgram(name, layer, input);
      assert.deepEqual(walked, output);
      const x = hashedValues(`${name}/x`, elementCount(input));
      const dy = hashedValues(`${name}/dy`, elementCount(output));
      await withProgram(engine, program, values, async (compiled) => {
        const found = { ...(await compiled.run('gradients', { x, dy, noiseSeed })) };
        assert.deepEqual(Object.keys(found).sort(), Object.keys(gradients).sort());
        for (const [part, expected] of Object.entries(gradients))
          assertClose(found[part]!, expected, `gradient of ${part}`);
        if (inference) assertClose((await compiled.run('inference', { x }))['y']!, inference, 'y at inference');
        assertClose((await compiled.run('forward', { x, noiseSeed }))['y']!, y, 'y');
        const after = await compiled.read();
        for (const [part, expected] of Object.entries(updates ?? {})) assertClose(after[part]!, expected, part);
      });
    },
  };
}

function assertClose(actual: Float32Array, expected: ArrayLike<number>, what: string): void {
  const error = relativeError(actual, expected);
  assert.ok(error <= tolerance, `${what} is off by ${error.toExponential(2)}`);
}

const directions = 6; // random directions per tensor
const differenceTolerance = 1e-3; // of the gradient's length

/** Linear layers take a large difference, which is still exact; nonlinear ones a small one. */
const linear = ['dense', 'conv', 'convTranspose', 'upsample', 'averagePool'];

/** Layers with tests of their own, too nonlinear for finite differences in float32. */
const isComposed = ({ layer }: GoldenLayer) => layer['type'] === 'residual';

/**
 * (f(p + h u) - f(p - h u)) / 2h = <gradient, u> along random unit directions u, for f = sum(y dy), which is summed
 * here in float64. Activations have inputs that stay on their side of 0.
 */
function differenceTest({ name, layer, input, output }: GoldenLayer): ContractTest {
  return {
    name: `${name}: gradients equal finite differences`,
    async run(engine) {
      const { program, values, trainable } = layerProgram(name, layer, input);
      const x = awayFromZero(hashedValues(`${name}/x`, elementCount(input)));
      const dy = hashedValues(`${name}/dy`, elementCount(output));
      const length = linear.includes(String(layer['type'])) ? 0.5 : 2 ** -5;
      await withProgram(engine, program, values, async (compiled) => {
        const gradients = await compiled.run('gradients', { x, dy, noiseSeed });
        for (const part of ['x', ...trainable]) {
          const start: HostValues = { ...values, x };
          for (let draw = 0; draw < directions; draw++) {
            const direction = unit(hashedValues(`${name}/${part}/direction ${draw}`, start[part]!.length));
            const along = async (step: number) => {
              const moved = start[part]!.map((value, index) => value + step * direction[index]!);
              return dot((await forward(compiled, { ...start, [part]: moved }))['y']!, dy);
            };
            const slope = ((await along(length)) - (await along(-length))) / (2 * length);
            const error = Math.abs(slope - dot(gradients[part]!, direction)) / norm(gradients[part]!);
            assert.ok(error < differenceTolerance, `${part}, direction ${draw}: off by ${error}`);
          }
        }
      });
    },
  };
}

async function forward(compiled: CompiledProgram, { x, ...parameters }: HostValues): Promise<HostValues> {
  await compiled.write(parameters);
  return compiled.run('forward', { x: x!, noiseSeed });
}

function awayFromZero(values: Float32Array): Float32Array {
  return values.map((value) => value + Math.sign(value) * 0.1);
}

function dot(a: ArrayLike<number>, b: Float32Array): number {
  return b.reduce((sum, value, index) => sum + value * a[index]!, 0);
}

function norm(values: Float32Array): number {
  return Math.sqrt(dot(values, values));
}

function unit(values: Float32Array): Float32Array {
  const size = norm(values);
  return values.map((value) => value / size);
}

/** Reshape and flatten keep the order of the values, channels last, and pass gradients back unchanged. */
function shapeTest(layer: { type: string; shape?: number[] }, input: number[], output: number[]): ContractTest {
  return {
    name: `${layer.type} keeps values and their gradients in order`,
    async run(engine) {
      const { program, output: walked } = layerProgram(layer.type, layer, input);
      assert.deepEqual(walked, output);
      const x = hashedValues('x', elementCount(input));
      const dy = hashedValues('dy', elementCount(input));
      await withProgram(engine, program, {}, async (compiled) => {
        assert.deepEqual((await compiled.run('forward', { x, noiseSeed }))['y'], x);
        assert.deepEqual((await compiled.run('gradients', { x, dy, noiseSeed }))['x'], dy);
      });
    },
  };
}

/** Divergence must stay visible: no activation turns NaN into a number. */
const activations: [layer: string, ofInfinity: number, ofMinusInfinity: number][] = [
  ['relu', Number.POSITIVE_INFINITY, 0],
  ['leakyRelu', Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY],
  ['tanh', 1, -1],
  ['sigmoid', 1, 0],
];

export const nonFiniteTests: ContractTest[] = activations.map(
  ([type, ...limits]): ContractTest => ({
    name: `${type} of NaN is NaN, and of infinities its limits`,
    async run(engine) {
      const { program } = layerProgram(type, { type }, [1, 3]);
      const x = Float32Array.of(Number.NaN, Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY);
      await withProgram(engine, program, {}, async (compiled) => {
        const { y } = await compiled.run('forward', { x, noiseSeed });
        assert.deepEqual(Array.from(y!), [Number.NaN, ...limits]); // NaN of any sign
      });
    },
  }),
);

export const layerTests: ContractTest[] = [
  ...golden.layers.flatMap((layer) => [goldenTest(layer), ...(isComposed(layer) ? [] : [differenceTest(layer)])]),
  shapeTest({ type: 'reshape', shape: [2, 3, 4] }, [2, 24], [2, 2, 3, 4]),
  shapeTest({ type: 'flatten' }, [2, 2, 3, 4], [2, 24]),
];
