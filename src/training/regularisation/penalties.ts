// Gradient penalties: what holds a discriminator's slope in check.
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

/** verdicts of the discriminator for images, [B, 1]. */
type Judge = (images: Tensor) => Tensor;

/**
 * The penalty to add to the discriminator's loss, times the fed weight. `seed` and `nextDraw` make the random mixes of wgan-gp.
 *
 * r1 (Mescheder et al. 2018): weight / 2 mean(||dD(x)/dx||^2) on real images; on generated ones it is R2 there; or both.
 * wgan-gp (Gulrajani et al. 2017): weight mean((||dD(y)/dy|| - 1)^2) on y = e x + (1 - e) G(z), e uniform per image.
 */
export function gradientPenalty(
  { type, on, weight }: Pick<PenaltyConfig, 'type' | 'on'> & { weight: Scalar | number },
  judge: Judge,
  images: { real: Tensor; fake: Tensor },
  random: Randomness,
): Tensor {
  if (type === 'r1') {
    const kinds = on === 'both' ? (['real', 'fake'] as const) : [on];
    const penalties = kinds.map((kind) => mul(mul(mean(squaredSlopes(judge, images[kind])), 0.5), weight));
    return penalties.reduce((a, b) => add(a, b));
  }
  const slopes = sqrt(add(squaredSlopes(judge, mixes(images, random)), 1e-12)); // finite slope of the root at 0
  return mul(mean(square(sub(slopes, 1))), weight);
}

/** ||dD(x)/dx||^2 per image, [B]. */
function squaredSlopes(judge: Judge, images: Tensor): Tensor {
  const slopes = grad((x: Tensor) => sum(judge(x)))(images); // [B, h, w, c]; images do not mix in the sum
  return sum(square(slopes), [1, 2, 3]);
}

/** Points between real and fake images, as many as the smaller batch has. */
function mixes({ real, fake }: { real: Tensor; fake: Tensor }, { seed, nextDraw }: Randomness): Tensor {
  const count = Math.min(real.shape[0]!, fake.shape[0]!);
  const first = (x: Tensor) => slice(x, 0, count);
  const share = reshape(statelessUniform([count], seed, nextDraw()), [count, 1, 1, 1]);
  return add(mul(share, first(real)), mul(sub(1, share), first(fake)));
}

/**
 * Whether update `update` (from 0) of the discriminator computes the penalty. Lazy regularization (Karras et al. 2020, StyleGAN2,
 * section 3.1) computes it every k-th time with k times the weight. StyleGAN2 does so in an update of its own, and changes
 * Adam's settings for that; here it is added to the loss of a usual update, which needs no such change.
 */
export function isPenalised({ every }: Pick<PenaltyConfig, 'every'>, update: number): boolean {
  return update % every === 0;
}

/** After so many steps the updates with and without the penalty repeat. */
export function stepsPerPenaltyCycle({ gradientPenalty, discriminatorSteps }: Config['training']): number {
  const every = gradientPenalty?.every ?? 1;
  return every / greatestDivisor(every, discriminatorSteps);
}

function greatestDivisor(a: number, b: number): number {
  return b === 0 ? a : greatestDivisor(b, a % b);
}
