// Limits on gradients and on weights.
import { add, clipByValue, div, maximum, mul, scalar, sqrt, square, sum, type Tensor } from '@tensorflow/tfjs-core';
import type { OptimizerConfig } from '../../config/config.ts';
import type { Tensors } from '../../engines/engine.ts';

/** Clips each value to [-clipValue, clipValue], then all gradients of a network together to a norm of clipNorm. */
export function clipGradients(gradients: Tensors, { clipValue, clipNorm }: OptimizerConfig): Tensors {
  const limited = clipValue === undefined ? gradients : clipWeights(gradients, clipValue);
  if (clipNorm === undefined) return limited;
  const norm = sqrt(
    Object.values(limited)
      .map((gradient) => sum(square(gradient)))
      .reduce((a, b) => add(a, b)),
  );
  const factor = div(scalar(clipNorm), maximum(norm, clipNorm)); // 1 within the norm
  return map(limited, (gradient) => mul(gradient, factor));
}

/** Every value within [-limit, limit] (Arjovsky et al. 2017 for weights). */
export function clipWeights(weights: Tensors, limit: number): Tensors {
  return map(weights, (weight) => clipByValue(weight, -limit, limit));
}

function map(tensors: Tensors, change: (tensor: Tensor) => Tensor): Tensors {
  return Object.fromEntries(Object.entries(tensors).map(([name, tensor]) => [name, change(tensor)]));
}
