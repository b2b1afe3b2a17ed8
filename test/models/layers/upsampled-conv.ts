// Compares fused upsampling and convolution with the two separate layers, which the contract suite compares with PyTorch's
// numbers; the golden step of afg compares the fused layers with PyTorch's, for factor 2 and a kernel of 3.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { grads, mul, square, sum, type Tensor, valueAndGrads } from '@tensorflow/tfjs-core';
import type { Engine, HostValues, Program, ProgramFunction, Tensors } from '../../../src/engines/engine.ts';
import { elementCount } from '../../../src/formats/tensor-shape.ts';
import { singleLayersOf } from '../../../src/models/infer-shapes.ts';
import type { LayerContext } from '../../../src/models/layer.ts';
import { definitionOf } from '../../../src/models/layer-registry.ts';
import { isUpsampledConv } from '../../../src/models/layers/upsampled-conv.ts';
import { applyNetwork, type Network } from '../../../src/models/network.ts';
import { hashedValues } from '../../helpers/hashed-values.ts';
import { relativeError } from '../../helpers/relative-error.ts';
import { networkOf } from '../../helpers/tiny-network.ts';

type Factor = number | [number, number];
type Padding = 'same' | 'valid' | number | [top: number, bottom: number, left: number, right: number];

interface Case {
  factor: Factor;
  kernel: number | [number, number];
  padding: Padding;
  bias: boolean;
  spectralNorm: boolean;
}

const filters = 3;
const input = [2, 5, 4, 2]; // [B, h, w, c]
const uneven: Record<number, Padding> = { 1: 0, 3: [2, 0, 1, 2], 5: [1, 4, 3, 0] };

const factors: Factor[] = [2, [1, 2], 3];
const cases: Case[] = [
  ...factors.flatMap((factor) =>
    [1, 3, 5].flatMap((kernel) =>
      (['same', 'valid', uneven[kernel]!] as const).map((padding, index) => ({
        factor,
        kernel,
        padding,
        bias: index !== 1,
        spectralNorm: index === 2,
      })),
    ),
  ),
  { factor: 2, kernel: 4, padding: 'same', bias: true, spectralNorm: false },
  { factor: [3, 2], kernel: [2, 5], padding: 1, bias: true, spectralNorm: true },
  { factor: 1, kernel: 3, padding: 'same', bias: true, spectralNorm: false },
];

function pairOf({ factor, ...convolution }: Case): Network {
  return networkOf(
    [
      { type: 'upsample', factor },
      { type: 'conv', filters, ...convolution },
    ],
    input.slice(1),
  );
}

type Layers = (weights: Tensors, x: Tensor) => { y: Tensor; updates: Tensors };

/** Fused, as networks compute them. */
const together =
  (network: Network): Layers =>
  (weights, x) => {
    const named = Object.entries(weights).map(([part, value]) => [`discriminator/1/${part}`, value]);
    const { y, updates } = applyNetwork(network, x, { variables: Object.fromEntries(named), training: true });
    const parts = Object.entries(updates).map(([name, value]) => [name.split('/').at(-1), value]);
    return { y, updates: Object.fromEntries(parts) };
  };

/** As two separate layers. */
const apart =
  (network: Network): Layers =>
  (weights, x) => {
    const updates: Record<string, Tensor> = {};
    const context: LayerContext = {
      training: true,
      trainedPasses: undefined,
      parameter: (part) => weights[part]!,
      update: (part, value) => {
        updates[part] = value;
      },
      noiseSeed: undefined,
      nextDraw: () => assert.fail('nothing is drawn'),
    };
    const y = singleLayersOf(network.layers).reduce(
      (value, { layer }) => definitionOf(layer).apply(layer, value, context),
      x,
    );
    return { y, updates };
  };

/** y, the gradients of sum(y dy), the updates of spectral normalisation, and the gradients of a penalty on dx. */
function functionOf(network: Network, layers: Layers): ProgramFunction {
  const output = [input[0]!, ...network.output];
  const trainable = network.layers[1]!.parameters.filter((parameter) => parameter.trainable).map(({ part }) => part);
  return {
    feeds: { x: { shape: input, dtype: 'float32' }, dy: { shape: output, dtype: 'float32' } },
    body(variables, { x, dy }) {
      const given = (tensors: readonly Tensor[]) =>
        ({ ...variables, ...Object.fromEntries(trainable.map((part, index) => [part, tensors[index]!])) }) as Tensors;
      const weights = trainable.map((part) => variables[part]!);
      const { y, updates } = layers(variables, x!);
      const loss = (image: Tensor, ...tensors: Tensor[]) => sum(mul(layers(given(tensors), image).y, dy!));
      const first = valueAndGrads(loss)([x!, ...weights]).grads;
      const penalty = (...tensors: Tensor[]) => {
        const slope = grads((image: Tensor) => sum(square(layers(given(tensors), image).y)))([x!])[0]!;
        return sum(square(slope));
      };
      const second = valueAndGrads(penalty)(weights).grads;
      const gradients = ['x', ...trainable].map((part, index) => [`gradient of ${part}`, first[index]!]);
      const penalties = trainable.map((part, index) => [`gradient of the penalty by ${part}`, second[index]!]);
      const moved = Object.entries(updates).map(([part, value]) => [`next ${part}`, value]);
      const named = [['y', y], ...gradients, ...penalties, ...moved] as [string, Tensor][];
      return { outputs: Object.fromEntries(named.map(([name, tensor]) => [name.replaceAll(' ', '-'), tensor])) };
    },
  };
}

async function compare(engine: Engine, network: Network): Promise<void> {
  const parameters = network.layers[1]!.parameters;
  const program: Program = {
    variables: Object.fromEntries(parameters.map(({ part, shape }) => [part, shape])),
    functions: { together: functionOf(network, together(network)), apart: functionOf(network, apart(network)) },
  };
  const compiled = await engine.compile(program, { precision: 'float32' });
  const weights = parameters.map(({ part, shape }) => [part, hashedValues(part, elementCount(shape))] as const);
  await compiled.write(Object.fromEntries(weights));
  const feeds = {
    x: hashedValues('x', elementCount(input)),
    dy: hashedValues('dy', input[0]! * elementCount(network.output)),
  };
  const [found, expected]: HostValues[] = [await compiled.run('together', feeds), await compiled.run('apart', feeds)];
  compiled.dispose();
  assert.deepEqual(Object.keys(found!), Object.keys(expected!));
  for (const [name, values] of Object.entries(expected!)) {
    const error = relativeError(found![name]!, values);
    assert.ok(error < 2e-6, `${name} is off by ${error}`);
  }
}

/** One test per case; the engine is opened by the first. */
export function upsampledConvTests(open: () => Promise<Engine>, skip: string | false = false): void {
  for (const each of cases) {
    const { factor, kernel, padding, bias, spectralNorm } = each;
    const more = `${bias ? ', bias' : ''}${spectralNorm ? ', spectralNorm' : ''}`;
    const name = `factor ${factor}, kernel ${kernel}, padding ${padding}${more}`;
    test(`computes the fused layers as the two separate ones: ${name}`, { skip }, async () => {
      const network = pairOf(each);
      const [first, second] = network.layers;
      assert.ok(isUpsampledConv(first!.layer, second!.layer));
      await compare(await open(), network);
    });
  }
}
