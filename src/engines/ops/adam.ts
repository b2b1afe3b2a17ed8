// One Adam update (Kingma & Ba 2015) of one variable. The fed step size and epsilon include the bias correction.
import { add, div, mul, type Scalar, sqrt, square, sub, type Tensor } from '@tensorflow/tfjs-core';
import { type Op, runMultiOutputOp } from './op.ts';

/**
 * m' = b1 m + (1 - b1) g;  v' = b2 v + (1 - b2) g^2;  w' = w - stepSize m' / (sqrt(v') + epsilon).
 * An engine may update all three in place. beta1 is an attribute, and so is beta2 unless it is an input.
 */
export const applyAdamOp: Op = {
  kernelName: 'ApplyAdam',
  compose: ({ weight, m, v, gradient, stepSize, epsilon, beta2: fedBeta2 }, { beta1, beta2 }) => {
    const b1 = beta1 as number;
    const b2 = fedBeta2 ?? (beta2 as number);
    const nextM = add(mul(m!, b1), mul(gradient!, 1 - b1));
    const nextV = add(mul(v!, b2), mul(square(gradient!), typeof b2 === 'number' ? 1 - b2 : sub(1, b2)));
    const change = div(mul(nextM, stepSize!), add(sqrt(nextV), epsilon!));
    return [sub(weight!, change), nextM, nextV];
  },
};

export interface AdamState {
  weight: Tensor;
  m: Tensor;
  v: Tensor;
}

export interface AdamRates {
  /** With Adam's bias correction, as epsilon. */
  stepSize: Scalar;
  epsilon: Scalar;
  /** Where it is not a constant. */
  beta2?: Scalar;
}

/** weight, m, v and gradient have one shape; beta2 is that of `rates`, if there is one, else that of `betas`. */
export function applyAdam(
  state: AdamState,
  gradient: Tensor,
  rates: AdamRates,
  { beta1, beta2 }: { beta1: number; beta2: number | undefined },
): AdamState {
  const constants = rates.beta2 || beta2 === undefined ? { beta1 } : { beta1, beta2 };
  const [weight, m, v] = runMultiOutputOp(applyAdamOp, { ...state, gradient, ...rates }, constants);
  return { weight: weight!, m: m!, v: v! };
}
