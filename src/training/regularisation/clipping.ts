// Clipping of gradients and of weights.
import { add, clipByValue, div, maximum, mul, scalar, sqrt, square, sum, type Tensor } from '@tensorflow/tfjs-core';
import type { OptimizerConfig } from '../../config/config.ts';
import type { Tensors } from '../../engines/engine.ts';

/** Clips each value to [-clipValue, clipValue], then all gradients of a network to a global norm of clipNorm (Pascanu et al. 2013). */
export function clipGradients(gradients: Tensors, { clipValue, clipNorm }: OptimizerConfig): Tensors {
  const limited = clipValue === undefined ? gradients : clipValues(gradients, clipValue);
  if (clipNorm === undefined) return limited;
  const norm = sqrt(
    Object.values(limited)
      .map((gradient) => sum(square(gradient)))
      .reduce((a, b) => add(a, b)),
  );
  const factor = div(scalar(clipNorm), maximum(norm, clipNorm)); // 1 within the norm
  return map(limited, (gradient) => mul(gradient, factor));
}

/** Clips each value to [-limit, limit]; on weights, the clipping of WGAN (Arjovsky et al. 2017). */
export function clipValues(tensors: Tensors, limit: number): Tensors {
  return map(tensors, (tensor) => clipByValue(tensor, -limit, limit));
}

function map(tensors: Tensors, change: (tensor: Tensor) => Tensor): Tensors {
  return Object.fromEntries(Object.entries(tensors).map(([name, tensor]) => [name, change(tensor)]));
}
