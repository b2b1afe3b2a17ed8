// Gradient penalties on the discriminator: R1, R2 and WGAN-GP, also lazy.
import {
  add,
  grad,
  mean,
  mul,
  reshape,
  type Scalar,
  slice,
  sqrt,
  square,
  sub,
  sum,
  type Tensor,
} from '@tensorflow/tfjs-core';
import type { Config, PenaltyConfig } from '../../config/config.ts';
import { type Randomness, statelessUniform } from '../../engines/ops/stateless-uniform.ts';

/** images [B, h, w, c] -> the discriminator's logits, [B, 1]. */
type Discriminate = (images: Tensor) => Tensor;

/**
 * The penalty to add to the discriminator's loss, a scalar. `random` draws the interpolations of wgan-gp.
 *
 * r1 (Mescheder et al. 2018): weight / 2 mean(||dD(x)/dx||^2) on real images (R1), on fake ones (R2), or on both.
 * wgan-gp (Gulrajani et al. 2017): weight mean((||dD(y)/dy|| - 1)^2) on y = e x + (1 - e) G(z), e uniform per image.
 */
export function gradientPenalty(
  { type, on, weight }: Pick<PenaltyConfig, 'type' | 'on'> & { weight: Scalar | number },
  discriminate: Discriminate,
  images: { real: Tensor; fake: Tensor },
  random: Randomness,
): Tensor {
  if (type === 'r1') {
    const kinds = on === 'both' ? (['real', 'fake'] as const) : [on];
    const penalties = kinds.map((kind) => mul(mul(mean(squaredSlopes(discriminate, images[kind])), 0.5), weight));
    return penalties.reduce((a, b) => add(a, b));
  }
  const slopes = sqrt(add(squaredSlopes(discriminate, interpolations(images, random)), 1e-12)); // the root's gradient is infinite at 0
  return mul(mean(square(sub(slopes, 1))), weight);
}

/** ||dD(x)/dx||^2 per image, [B]. */
function squaredSlopes(discriminate: Discriminate, images: Tensor): Tensor {
  const slopes = grad((x: Tensor) => sum(discriminate(x)))(images); // [B, h, w, c]: each image's own gradient, without batch norm
  return sum(square(slopes), [1, 2, 3]);
}

/** Random points between real and fake images, as many as in the smaller batch. */
function interpolations({ real, fake }: { real: Tensor; fake: Tensor }, { seed, nextDraw }: Randomness): Tensor {
  const count = Math.min(real.shape[0]!, fake.shape[0]!);
  const first = (x: Tensor) => slice(x, 0, count);
  const share = reshape(statelessUniform([count], seed, nextDraw()), [count, 1, 1, 1]);
  return add(mul(share, first(real)), mul(sub(1, share), first(fake)));
}

/**
 * Whether discriminator update `update` (from 0) computes the penalty. Lazy regularisation (Karras et al. 2020, StyleGAN2, section
 * 3.1) computes it in every k-th update with k times the weight. StyleGAN2 uses a separate update and adapts Adam's settings; here
 * the penalty is added to the loss of an ordinary update, which needs no such change.
 */
export function isPenalised({ every }: Pick<PenaltyConfig, 'every'>, update: number): boolean {
  return update % every === 0;
}

/** Number of steps after which the pattern of updates with and without the penalty repeats. */
export function stepsPerPenaltyCycle({ gradientPenalty, discriminatorSteps }: Config['training']): number {
  const every = gradientPenalty?.every ?? 1;
  return every / greatestCommonDivisor(every, discriminatorSteps);
}

function greatestCommonDivisor(a: number, b: number): number {
  return b === 0 ? a : greatestCommonDivisor(b, a % b);
}
