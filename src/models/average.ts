// Exponential moving average of the generator's weights (EMA; Yazici et al. 2019), which is sampled, saved and evaluated in their place.
import { add, mul, type Scalar, sub } from '@tensorflow/tfjs-core';
import type { Shape, Tensors } from '../engines/engine.ts';
import { type Network, parametersOf } from './network.ts';

const averageName = (variable: string) => `average/${variable}`;

const trainableOf = (generator: Network) => parametersOf(generator).filter(({ trainable }) => trainable);

/** One average per trainable weight; batch-norm statistics are averages already. */
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

/** The averages under the names of the weights, and the statistics. The values may be tensors, arrays or tensors of a file. */
export function averagedGenerator<Value>(
  generator: Network,
  values: Readonly<Record<string, Value>>,
): Record<string, Value> {
  const entries = parametersOf(generator).map(({ name, trainable }) => [
    name,
    values[trainable ? averageName(name) : name]!,
  ]);
  return Object.fromEntries(entries);
}

/** The averages' first values: the weights. */
export function initialAverages<Value>(
  generator: Network,
  values: Readonly<Record<string, Value>>,
): Record<string, Value> {
  return Object.fromEntries(trainableOf(generator).map(({ name }) => [averageName(name), values[name]!]));
}

/** The decay of update t (from 1): smaller at first, to forget the random initial weights (as tf.train.ExponentialMovingAverage). */
export function decayAt(decay: number, t: number): number {
  return Math.min(decay, (1 + t) / (10 + t));
}
