// Adam for one network: its variables, its bias-corrected rates, and the update of all weights.
import type { OptimizerConfig } from '../config/config.ts';
import type { Shape, Tensors } from '../engines/engine.ts';
import { type AdamRates, applyAdam } from '../engines/ops/adam.ts';
import type { Network } from '../models/network.ts';
import { parametersOf } from '../models/network.ts';

const momentName = (weight: string, moment: 'm' | 'v') => `optimizer/${weight}/${moment}`;

/** Shapes of the first and second moments of all trainable weights. */
export function optimizerVariables(network: Network): Record<string, Shape> {
  return Object.fromEntries(
    trainableOf(network).flatMap(({ name, shape }) => [
      [momentName(name, 'm'), shape],
      [momentName(name, 'v'), shape],
    ]),
  );
}

/** Names of the first moments: moving averages of the gradients, after any clipping. */
export function firstMomentsOf(network: Network): string[] {
  return trainableOf(network).map(({ name }) => momentName(name, 'm'));
}

function trainableOf(network: Network): ReturnType<typeof parametersOf> {
  return parametersOf(network).filter((parameter) => parameter.trainable);
}

interface AdamOptions extends Pick<OptimizerConfig, 'beta1' | 'epsilon' | 'form'> {
  beta2: number;
}

/**
 * Step size and epsilon of update t (from 1) with Adam's bias correction folded in: w -= stepSize m / (sqrt(v) + epsilon).
 * torch.optim.Adam's form is rate mHat / (sqrt(vHat) + eps); TensorFlow and Keras add eps to the uncorrected root. A beta2 that
 * changes is corrected by 1 - beta2^t with its current value, as torch.optim.Adam does, not by the product of those used.
 */
export function adamRates(
  { beta1, beta2, epsilon, form }: AdamOptions,
  learningRate: number,
  t: number,
): [stepSize: number, epsilon: number] {
  const secondCorrection = Math.sqrt(1 - beta2 ** t);
  const stepSize = (learningRate * secondCorrection) / (1 - beta1 ** t);
  return [stepSize, form === 'pytorch' ? epsilon * secondCorrection : epsilon];
}

/** The feed of update t: step size and epsilon, and beta2 if that is scheduled. */
export function fedRates(
  optimizer: OptimizerConfig,
  { learningRate, beta2 }: { learningRate: number; beta2: number },
  t: number,
): Float32Array {
  const rates = adamRates({ ...optimizer, beta2 }, learningRate, t);
  return Float32Array.from(isBeta2Fed(optimizer) ? [...rates, beta2] : rates);
}

export function isBeta2Fed({ beta2 }: Pick<OptimizerConfig, 'beta2'>): boolean {
  return typeof beta2 !== 'number';
}

/** New values of the weights and their moments, by variable name. */
export function applyGradients(
  variables: Tensors,
  gradients: Tensors,
  rates: AdamRates,
  { beta1, beta2 }: Pick<OptimizerConfig, 'beta1' | 'beta2'>,
): Tensors {
  const updates = Object.entries(gradients).flatMap(([name, gradient]) => {
    const [m, v] = [momentName(name, 'm'), momentName(name, 'v')];
    const state = { weight: variables[name]!, m: variables[m]!, v: variables[v]! };
    const next = applyAdam(state, gradient, rates, { beta1, beta2: typeof beta2 === 'number' ? beta2 : undefined });
    return [[name, next.weight] as const, [m, next.m] as const, [v, next.v] as const];
  });
  return Object.fromEntries(updates);
}
