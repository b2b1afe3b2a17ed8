// Gradient penalties: what holds a discriminator's slope in check.
import { add, grad, mean, mul, reshape, slice, sqrt, square, sub, sum, type Tensor } from '@tensorflow/tfjs-core';
import type { PenaltyConfig } from '../../config/config.ts';
import { type Randomness, statelessUniform } from '../../engines/ops/stateless-uniform.ts';

/** verdicts of the discriminator for images, [B, 1]. */
type Judge = (images: Tensor) => Tensor;

/**
 * The penalty to add to the discriminator's loss. `seed` and `nextDraw` make the random mixes of wgan-gp.
 *
 * r1 (Mescheder et al. 2018): weight / 2 mean(||dD(x)/dx||^2) on real images; on generated ones it is R2 there; or both.
 * wgan-gp (Gulrajani et al. 2017): weight mean((||dD(y)/dy|| - 1)^2) on y = e x + (1 - e) G(z), e uniform per image.
 */
export function gradientPenalty(
  { type, on, weight }: PenaltyConfig,
  judge: Judge,
  images: { real: Tensor; fake: Tensor },
  random: Randomness,
): Tensor {
  if (type === 'r1') {
    const kinds = on === 'both' ? (['real', 'fake'] as const) : [on];
    const penalties = kinds.map((kind) => mul(mean(squaredSlopes(judge, images[kind])), weight / 2));
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
