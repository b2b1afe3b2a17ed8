// One layer as a program: forward in training and at inference, and the gradients of sum(y dy).
import { mul, sum, type Tensor, type Tensor1D, valueAndGrads } from '@tensorflow/tfjs-core';
import { layerSchema } from '../../../src/config/schema/layers.ts';
import { expandStacks } from '../../../src/config/stack.ts';
import type { FeedSpec, HostValues, Program, Shape, Tensors } from '../../../src/engines/engine.ts';
import { applyNetwork, buildNetwork, parametersOf } from '../../../src/models/network.ts';
import { parameterValues } from './golden.ts';

export interface LayerProgram {
  program: Program;
  values: HostValues;
  /** The layer's trainable variables; those of nested layers with their path, as `0/kernel`. */
  trainable: string[];
  output: Shape;
}

/** `draw` is the index of the first random mask. Feeds are x, dy for gradients, and the seed, which only dropout reads. */
export function layerProgram(name: string, layer: unknown, input: readonly number[], draw = 0): LayerProgram {
  const initializers = { initializer: { type: 'zeros' as const }, biasInitializer: { type: 'zeros' as const } };
  const stack = { layers: expandStacks([layerSchema.parse(layer)], 'discriminator'), ...initializers };
  const network = buildNetwork('discriminator', stack, input.slice(1));
  const parameters = parametersOf(network);
  const output = [input[0]!, ...network.output];
  const x: FeedSpec = { shape: input, dtype: 'float32' };
  const noiseSeed: FeedSpec = { shape: [1], dtype: 'int32' };
  const partOf = ({ name }: { name: string }) => name.slice('discriminator/0/'.length);
  const trainable = parameters.filter((parameter) => parameter.trainable).map(partOf);

  function apply(variables: Tensors, feeds: Tensors, training: boolean): { y: Tensor; updates: Tensors } {
    let next = draw;
    const named = Object.entries(variables).map(([part, value]) => [`discriminator/0/${part}`, value]);
    const seed = feeds['noiseSeed'] as Tensor1D;
    const pass = { variables: Object.fromEntries(named), training, noiseSeed: seed, nextDraw: () => next++ };
    const { y, updates } = applyNetwork(network, feeds['x']!, pass);
    const short = Object.entries(updates).map(([full, value]) => [partOf({ name: full }), value]);
    return { y, updates: Object.fromEntries(short) };
  }

  const program: Program = {
    variables: Object.fromEntries(parameters.map((parameter) => [partOf(parameter), parameter.shape])),
    functions: {
      forward: {
        feeds: { x, noiseSeed },
        body(variables, feeds) {
          const { y, updates } = apply(variables, feeds, true);
          return { outputs: { y }, updates };
        },
      },
      inference: { feeds: { x }, body: (variables, feeds) => ({ outputs: { y: apply(variables, feeds, false).y } }) },
      gradients: {
        feeds: { x, noiseSeed, dy: { shape: output, dtype: 'float32' } },
        body(variables, feeds) {
          const names = ['x', ...trainable];
          const { grads } = valueAndGrads((...tensors: Tensor[]) => {
            const given = Object.fromEntries(names.map((part, index) => [part, tensors[index]!]));
            return sum(mul(apply({ ...variables, ...given }, { ...feeds, x: given['x']! }, true).y, feeds['dy']!));
          })([feeds['x']!, ...trainable.map((part) => variables[part]!)]);
          return { outputs: Object.fromEntries(names.map((part, index) => [part, grads[index]!])) };
        },
      },
    },
  };
  const values = parameters.map((parameter) => {
    const part = partOf(parameter);
    return [part, parameterValues(name, part, parameter.shape)];
  });
  return { program, values: Object.fromEntries(values) as HostValues, trainable, output };
}
