// Instance noise (Sønderby et al. 2017): Gaussian noise on the discriminator's inputs, so that real and fake images overlap.
import { add, cos, log, mul, type Scalar, sqrt, sub, type Tensor } from '@tensorflow/tfjs-core';
import { type Randomness, statelessUniform } from '../../engines/ops/stateless-uniform.ts';

/** x + deviation * N(0, 1), by Box and Muller 1958. */
export function addNoise(x: Tensor, deviation: Scalar, { seed, nextDraw }: Randomness): Tensor {
  const radius = sqrt(mul(log(sub(1, statelessUniform(x.shape, seed, nextDraw()))), -2)); // Box & Muller 1958
  const angle = mul(statelessUniform(x.shape, seed, nextDraw()), 2 * Math.PI);
  return add(x, mul(mul(radius, cos(angle)), deviation));
}
