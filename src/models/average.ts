// The averaged generator: sampled, saved and scored in place of the one that learns, because it wobbles less.
import { add, mul, type Scalar, sub } from '@tensorflow/tfjs-core';
import type { Shape, Tensors } from '../engines/engine.ts';
import { type Network, parametersOf } from './network.ts';

const averageName = (variable: string) => `average/${variable}`;

const trainableOf = (generator: Network) => parametersOf(generator).filter(({ trainable }) => trainable);

/** One average per weight that the optimizer changes; batch-norm statistics are averages already. */
export function averageVariables(generator: Network): Record<string, Shape> {
  return Object.fromEntries(trainableOf(generator).map(({ name, shape }) => [averageName(name), shape]));
}

/** average' = decay average + (1 - decay) weight. */
export function updateAverages(generator: Network, variables: Tensors, decay: Scalar): Tensors {
  const entries = trainableOf(generator).map(({ name }) => {
    const [now, average] = [variables[name]!, variables[averageName(name)]!];
    return [averageName(name), add(mul(average, decay), mul(now, sub(1, decay)))];
  });
  return Object.fromEntries(entries);
}

/** The averages under the generator's own names, and its statistics. Values of any kind: tensors, arrays, tensors of a file. */
export function asGenerator<Value>(generator: Network, values: Readonly<Record<string, Value>>): Record<string, Value> {
  const entries = parametersOf(generator).map(({ name, trainable }) => [
    name,
    values[trainable ? averageName(name) : name]!,
  ]);
  return Object.fromEntries(entries);
}

/** The averages of generator values, which they start from. */
export function averagesOf<Value>(generator: Network, values: Readonly<Record<string, Value>>): Record<string, Value> {
  return Object.fromEntries(trainableOf(generator).map(({ name }) => [averageName(name), values[name]!]));
}

/** The decay of update t (from 1): shorter at first, so that the random start is soon forgotten (as tf.train.ExponentialMovingAverage). */
export function decayAt(decay: number, t: number): number {
  return Math.min(decay, (1 + t) / (10 + t));
}
