// The state of one training step: the variables' current values, the feeds, and the tensors that must outlive their gradient tape.
import {
  keep,
  type Scalar,
  type Tensor,
  type Tensor1D,
  type Tensor2D,
  type Tensor4D,
  valueAndGrads,
} from '@tensorflow/tfjs-core';
import type { Tensors } from '../engines/engine.ts';
import { applyNetwork, type Network, parametersOf } from '../models/network.ts';

/** The feeds of a step. program.ts lists those that each function takes; the others are undefined there. */
interface StepFeeds {
  images: Tensor4D; // [B, h, w, c] in 0..255
  latents: Tensor2D; // [B, latent size]
  realLabels: Tensor2D; // [B, 1]
  fakeLabels: Tensor2D; // [B, 1]
  generatorRates: Tensor1D; // [2]: Adam's step size and epsilon with bias correction; [3] with a scheduled beta2
  discriminatorRates: Tensor1D; // [2] or [3]
  penaltyWeight: Scalar | undefined; // undefined in updates without a gradient penalty
  averageDecay: Scalar; // of the weights' moving average
  noiseDeviation: Scalar; // of instance noise
  noiseSeed: Tensor1D; // int32 [1]
}

export interface StepState {
  variables: Tensors;
  /** Names of the variables that the step has set. */
  changed: Set<string>;
  feeds: StepFeeds;
  /** Seed of all random numbers of the step, int32 [1]; each draw adds its own number. */
  seed: Tensor1D;
  nextDraw: () => number;
  kept: Tensor[];
}

export function beginStep(variables: Tensors, feeds: Tensors): StepState {
  const stepFeeds = feeds as unknown as StepFeeds;
  let draw = 0;
  return {
    variables,
    changed: new Set(),
    feeds: stepFeeds,
    seed: stepFeeds.noiseSeed,
    nextDraw: () => draw++,
    kept: [],
  };
}

/** Returns the new values of all variables that were set, and disposes of what was kept. */
export function endStep({ variables, changed, kept }: StepState): { outputs: Tensors; updates: Tensors } {
  const updates = Object.fromEntries([...changed].map((name) => [name, variables[name]!.clone()]));
  for (const tensor of kept) tensor.dispose();
  return { outputs: {}, updates };
}

/** Keeps a tensor alive beyond the gradient tape that computed it. */
export function keepUntilStepEnds<T extends Tensor>(state: StepState, tensor: T): T {
  state.kept.push(keep(tensor));
  return tensor;
}

export function setVariables(state: StepState, values: Tensors): void {
  state.variables = { ...state.variables, ...values };
  for (const [name, value] of Object.entries(values)) {
    keepUntilStepEnds(state, value);
    state.changed.add(name);
  }
}

/** Runs a network in training mode, which also updates its batch-norm statistics. `weights` replace its own: those on a tape. */
export function forward(state: StepState, network: Network, x: Tensor, weights: Tensors = {}): Tensor {
  const { y, updates } = applyNetwork(network, x, {
    variables: { ...state.variables, ...weights },
    training: true,
    noiseSeed: state.seed,
    nextDraw: state.nextDraw,
  });
  setVariables(state, updates);
  return y;
}

/** The weights of a network that its optimizer updates. */
export function trainableWeights(state: StepState, network: Network): Tensors {
  const parameters = parametersOf(network).filter((parameter) => parameter.trainable);
  return Object.fromEntries(parameters.map(({ name }) => [name, state.variables[name]!]));
}

/**
 * Gradients of a loss with respect to the named weights, with all else that `compute` returns, as jax.value_and_grad with has_aux.
 * `compute` must use the weights it is given: they are the ones on the tape.
 */
export function gradientsOf<Result extends { loss: Tensor }>(
  weights: Tensors,
  compute: (weights: Tensors) => Result,
): Result & { gradients: Tensors } {
  const names = Object.keys(weights);
  const named = (values: readonly Tensor[]) => Object.fromEntries(names.map((name, index) => [name, values[index]!]));
  let result!: Result;
  const { value, grads } = valueAndGrads((...values: Tensor[]) => {
    result = compute(named(values));
    return result.loss;
  })(names.map((name) => weights[name]!));
  return { ...result, loss: value, gradients: named(grads) };
}
