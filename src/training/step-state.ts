// A step in progress: the variables as they are now, what has changed since it began, and what must outlive its tapes.
import { keep, type Tensor, type Tensor1D, valueAndGrads } from '@tensorflow/tfjs-core';
import type { Tensors } from '../engines/engine.ts';
import { applyNetwork, type Network, parametersOf } from '../models/network.ts';

export interface Moment {
  current: Tensors;
  changed: Set<string>;
  feeds: Tensors;
  /** Seed of the step's random numbers, int32 [1], where it needs any; each draw has its own number. */
  seed: Tensor1D;
  nextDraw: () => number;
  held: Tensor[];
}

export function beginStep(variables: Tensors, feeds: Tensors): Moment {
  let draw = 0;
  return {
    current: variables,
    changed: new Set(),
    feeds,
    seed: feeds['dropoutSeed'] as Tensor1D,
    nextDraw: () => draw++,
    held: [],
  };
}

/** The new values of all that changed; what was held is let go. */
export function endStep({ current, changed, held }: Moment): { outputs: Tensors; updates: Tensors } {
  const updates = Object.fromEntries([...changed].map((name) => [name, current[name]!.clone()]));
  for (const tensor of held) tensor.dispose();
  return { outputs: {}, updates };
}

/** Keeps a tensor beyond the gradient tape that it was computed on, until the step ends. */
export function hold<T extends Tensor>(moment: Moment, tensor: T): T {
  moment.held.push(keep(tensor));
  return tensor;
}

export function change(moment: Moment, updates: Tensors): void {
  moment.current = { ...moment.current, ...updates };
  for (const [name, value] of Object.entries(updates)) {
    hold(moment, value);
    moment.changed.add(name);
  }
}

/** Runs a network in training mode; its batch-norm statistics move. `weights` are those that a tape follows. */
export function pass(moment: Moment, network: Network, x: Tensor, weights: Tensors = {}): Tensor {
  const { y, updates } = applyNetwork(network, x, {
    variables: { ...moment.current, ...weights },
    training: true,
    dropoutSeed: moment.seed,
    nextDraw: moment.nextDraw,
  });
  change(moment, updates);
  return y;
}

/** The weights of a network that its optimizer changes. */
export function trainable(moment: Moment, network: Network): Tensors {
  const parameters = parametersOf(network).filter((parameter) => parameter.trainable);
  return Object.fromEntries(parameters.map(({ name }) => [name, moment.current[name]!]));
}

/** A loss and its gradients with respect to the named weights, which `lossOf` is given again for the tape to follow. */
export function gradientsOf(
  weights: Tensors,
  lossOf: (weights: Tensors) => Tensor,
): { loss: Tensor; gradients: Tensors } {
  const names = Object.keys(weights);
  const named = (values: readonly Tensor[]) => Object.fromEntries(names.map((name, index) => [name, values[index]!]));
  const { value, grads } = valueAndGrads((...values: Tensor[]) => lossOf(named(values)))(
    names.map((name) => weights[name]!),
  );
  return { loss: value, gradients: named(grads) };
}
