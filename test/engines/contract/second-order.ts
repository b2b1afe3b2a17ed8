// Gradients of gradients equal PyTorch's (test/fixtures/second-order/make.py): a penalty on the discriminator's gradient with respect to
// its images or weights, differentiated with respect to the weights.
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { add, grad, grads, mean, mul, sqrt, square, sub, sum, type Tensor, valueAndGrads } from '@tensorflow/tfjs-core';
import { layerSchema } from '../../../src/config/schema/layers.ts';
import { expandStacks } from '../../../src/config/stack.ts';
import type { HostValues, Program, ProgramFunction, Tensors } from '../../../src/engines/engine.ts';
import { elementCount } from '../../../src/formats/tensor-shape.ts';
import { applyNetwork, buildNetwork, type Network, parametersOf } from '../../../src/models/network.ts';
import { hashedValues } from '../../helpers/hashed-values.ts';
import { relativeError } from '../../helpers/relative-error.ts';
import { type ContractTest, withProgram } from './contract-test.ts';

interface GoldenNetwork {
  name: string;
  /** Of the kernels. */
  scale: number;
  input: number[];
  layers: Record<string, unknown>[];
  /** d sum(D(x)) / dx. */
  slopes: number[];
  /** loss = sum(D(x)) + penalty; gradients by weight, `layer/part`. */
  penalties: Record<string, { loss: number[]; gradients: Record<string, number[]> }>;
}

const { networks } = JSON.parse(
  readFileSync(new URL('../../fixtures/second-order/golden.json', import.meta.url), 'utf8'),
) as { networks: GoldenNetwork[] };

/** The discriminator's logits for x with these weights. */
type Discriminate = (weights: readonly Tensor[], x: Tensor) => Tensor;

function slopesOf(discriminate: Discriminate, weights: readonly Tensor[], x: Tensor): Tensor {
  return grad((images: Tensor) => sum(discriminate(weights, images)))(x); // [B, h, w, c]
}

/** Penalties by name: on dD/dx, and on the gradients of sum(D(x)^2) with respect to all weights. */
const penalties: Record<string, (discriminate: Discriminate, weights: readonly Tensor[], x: Tensor) => Tensor> = {
  r1: (discriminate, weights, x) => sum(square(slopesOf(discriminate, weights, x))),
  'wgan-gp': (discriminate, weights, x) => {
    const lengths = sqrt(sum(square(slopesOf(discriminate, weights, x)), [1, 2, 3])); // [B]
    return mul(mean(square(sub(lengths, 1))), 10);
  },
  weights: (discriminate, weights, x) => {
    const gradients = grads((...tensors: Tensor[]) => sum(square(discriminate(tensors, x))))([...weights]);
    return gradients.map((gradient) => sum(square(gradient))).reduce((total, each) => add(total, each));
  },
};

const tolerance = 2e-5; // relative, Euclidean; float32 against float64

function secondOrderTest({ name, scale, input, layers, slopes, penalties: expected }: GoldenNetwork): ContractTest {
  return {
    name: `${name}: gradient penalties and their gradients equal PyTorch's`,
    async run(engine) {
      const network = networkOf(layers, input);
      const x = hashedValues(`${name}/x`, elementCount(input));
      assert.deepEqual(Object.keys(expected), Object.keys(penalties));
      await withProgram(engine, penaltyProgram(network, input), valuesOf(network, name, scale), async (compiled) => {
        assertClose((await compiled.run('slopes', { x }))['slopes']!, slopes, 'slopes');
        for (const [penalty, { loss, gradients }] of Object.entries(expected)) {
          const { loss: found, ...foundGradients } = await compiled.run(penalty, { x });
          assertClose(found!, loss, `loss with ${penalty}`);
          assert.deepEqual(Object.keys(foundGradients).sort(), Object.keys(gradients).map(fullName).sort());
          for (const [weight, values] of Object.entries(gradients))
            assertClose(foundGradients[fullName(weight)]!, values, `gradient of ${weight} with ${penalty}`);
        }
      });
    },
  };
}

function networkOf(layers: readonly unknown[], input: readonly number[]): Network {
  const initializers = { initializer: { type: 'zeros' as const }, biasInitializer: { type: 'zeros' as const } };
  const stack = {
    layers: expandStacks(
      layers.map((layer) => layerSchema.parse(layer)),
      'discriminator',
    ),
    ...initializers,
  };
  return buildNetwork('discriminator', stack, input.slice(1));
}

function fullName(weight: string): string {
  return `discriminator/${weight}`;
}

/** Functions: dD/dx, and for each penalty the loss with its gradients with respect to the weights. */
function penaltyProgram(network: Network, input: readonly number[]): Program {
  const feeds = { x: { shape: input, dtype: 'float32' } } as const;
  const names = parametersOf(network).flatMap(({ name, trainable }) => (trainable ? [name] : []));
  const discriminatorWith = (variables: Tensors): Discriminate => {
    return (weights, x) => {
      const trained = Object.fromEntries(names.map((name, index) => [name, weights[index]!]));
      return applyNetwork(network, x, { variables: { ...variables, ...trained }, training: true }).y;
    };
  };
  const weightsOf = (variables: Tensors) => names.map((name) => variables[name]!);
  const functions: Record<string, ProgramFunction> = {
    slopes: {
      feeds,
      body: (variables, { x }) => ({
        outputs: { slopes: slopesOf(discriminatorWith(variables), weightsOf(variables), x!) },
      }),
    },
  };
  for (const [penalty, of] of Object.entries(penalties)) {
    functions[penalty] = {
      feeds,
      body(variables, { x }) {
        const discriminate = discriminatorWith(variables);
        const lossOf = (...weights: Tensor[]) => add(sum(discriminate(weights, x!)), of(discriminate, weights, x!));
        const { value, grads: gradients } = valueAndGrads(lossOf)(weightsOf(variables));
        return { outputs: { loss: value, ...Object.fromEntries(names.map((name, i) => [name, gradients[i]!])) } };
      },
    };
  }
  return { variables: Object.fromEntries(parametersOf(network).map(({ name, shape }) => [name, shape])), functions };
}

/** Kernels times the scale, gammas around 1, vectors of length 1, the rest as hashed. */
function valuesOf(network: Network, name: string, scale: number): HostValues {
  const start: Record<string, (values: Float32Array) => Float32Array> = {
    kernel: (values) => values.map((value) => value * scale),
    gamma: (values) => values.map((value) => 1 + value / 2),
    u: unit,
    v: unit,
  };
  const values = parametersOf(network).map(({ name: full, part, shape }) => {
    const hashed = hashedValues(full.replace('discriminator', name), elementCount(shape));
    return [full, start[part]?.(hashed) ?? hashed];
  });
  return Object.fromEntries(values) as HostValues;
}

function unit(values: Float32Array): Float32Array {
  const length = Math.hypot(...values);
  return values.map((value) => value / length);
}

function assertClose(actual: Float32Array, expected: ArrayLike<number>, what: string): void {
  const error = relativeError(actual, expected);
  assert.ok(error <= tolerance, `${what} is off by ${error.toExponential(2)}`);
}

export const secondOrderTests: ContractTest[] = networks.map(secondOrderTest);
