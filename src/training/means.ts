// Running means of a tick, kept on the engine: a step adds to them, a tick reads and clears them.
import { add, concat, mean, reshape, sigmoid, type Tensor, zerosLike } from '@tensorflow/tfjs-core';
import type { HostValues, ProgramFunction, Shape, Tensors } from '../engines/engine.ts';

/** What is averaged. Scores are mean D(x) as probabilities. */
const quantities = ['discriminatorLoss', 'realScore', 'fakeScore', 'generatorLoss'] as const;

type Quantity = (typeof quantities)[number];
export type Means = Record<Quantity, number>;

const variable = (network: 'discriminator' | 'generator') => `means/${network}`;

export const meansVariables: Record<string, Shape> = { [variable('discriminator')]: [4], [variable('generator')]: [2] };

/** Adds a discriminator update: its loss and both scores. */
export function addDiscriminatorMeans(variables: Tensors, loss: Tensor, real: Tensor, fake: Tensor): Tensors {
  const name = variable('discriminator');
  return { [name]: addRow(variables[name]!, [loss, mean(sigmoid(real)), mean(sigmoid(fake))]) };
}

/** Adds a generator update: its loss. */
export function addGeneratorMeans(variables: Tensors, loss: Tensor): Tensors {
  const name = variable('generator');
  return { [name]: addRow(variables[name]!, [loss]) };
}

/** sums: [count, ...sums]; adds [1, ...values]. */
function addRow(sums: Tensor, values: Tensor[]): Tensor {
  const one = reshape(add(zerosLike(values[0]!), 1), [1]);
  return add(sums, concat([one, ...values.map((value) => reshape(value, [1]))]));
}

/** Reads the sums and sets them to zero. */
export const drainMeans: ProgramFunction = {
  feeds: {},
  body(variables) {
    const names = Object.keys(meansVariables);
    const outputs = Object.fromEntries(names.map((name) => [name, variables[name]!]));
    return { outputs, updates: Object.fromEntries(names.map((name) => [name, zerosLike(variables[name]!)])) };
  },
};

/** Means from sums; NaN where nothing was added. */
export function meansOf(sums: HostValues): Means {
  const [discriminatorCount, ...discriminator] = sums[variable('discriminator')]!;
  const [generatorCount, ...generator] = sums[variable('generator')]!;
  const values = [
    ...discriminator.map((sum) => sum / discriminatorCount!),
    ...generator.map((sum) => sum / generatorCount!),
  ];
  return Object.fromEntries(quantities.map((quantity, index) => [quantity, values[index]!])) as Means;
}

/** The names to read for a look at the sums without clearing them. */
export const meansNames = Object.keys(meansVariables);
