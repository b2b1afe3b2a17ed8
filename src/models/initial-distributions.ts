// The distributions of initial values: a config's initializer and a kernel's shape give a distribution.
import type { BiasInitializer, GammaInitializer, Initializer } from '../config/schema/initializers.ts';
import type { Shape } from '../engines/engine.ts';
import { elementCount } from '../formats/tensor-shape.ts';

export type InitialDistribution =
  | { type: 'constant'; value: number }
  | { type: 'normal'; mean: number; deviation: number }
  /** Normal with mean 0; values beyond two deviations are drawn again. `deviation` is that before truncation. */
  | { type: 'truncatedNormal'; deviation: number }
  /** Uniform in [-limit, limit). */
  | { type: 'uniform'; limit: number }
  /** A uniformly distributed unit vector. */
  | { type: 'direction' };

/** A network's default initializers. */
export interface Initializers {
  initializer: Initializer;
  biasInitializer: BiasInitializer;
}

export const zeros: InitialDistribution = { type: 'constant', value: 0 };
export const ones: InitialDistribution = { type: 'constant', value: 1 };

/** Deviation of a standard normal truncated at +-2: sqrt(1 - 4 phi(2) / (2 Phi(2) - 1)). */
const truncatedDeviation = 0.87962566103423978;

/**
 * For a kernel [..., a, b], fanIn is a times its area and fanOut b times, as in Keras and PyTorch. A transposed
 * convolution, whose kernel is [kh, kw, out, in], therefore has fanIn = out x area.
 */
function fansOf(kernel: Shape): { fanIn: number; fanOut: number } {
  const area = elementCount(kernel.slice(0, -2));
  return { fanIn: area * kernel.at(-2)!, fanOut: area * kernel.at(-1)! };
}

export function kernelDistribution(initializer: Initializer, kernel: Shape): InitialDistribution {
  const { fanIn, fanOut } = fansOf(kernel);
  switch (initializer.type) {
    case 'normal':
      return { mean: 0, ...initializer };
    case 'truncatedNormal':
    case 'uniform':
      return initializer;
    case 'glorotUniform': // Glorot & Bengio 2010
      return { type: 'uniform', limit: Math.sqrt(6 / (fanIn + fanOut)) };
    case 'glorotNormal':
      return { type: 'truncatedNormal', deviation: Math.sqrt(2 / (fanIn + fanOut)) / truncatedDeviation };
    case 'heNormal': // He et al. 2015
      return { type: 'truncatedNormal', deviation: Math.sqrt(2 / fanIn) / truncatedDeviation };
    case 'pytorch':
      return { type: 'uniform', limit: 1 / Math.sqrt(fanIn) };
    case 'zeros':
      return zeros;
  }
}

/** The kernel's shape matters only to the pytorch initializer. */
export function biasDistribution(initializer: BiasInitializer, kernel: Shape): InitialDistribution {
  switch (initializer.type) {
    case 'zeros':
      return zeros;
    case 'constant':
      return initializer;
    case 'pytorch':
      return { type: 'uniform', limit: 1 / Math.sqrt(fansOf(kernel).fanIn) };
  }
}

export function gammaDistribution(initializer: GammaInitializer): InitialDistribution {
  return initializer.type === 'ones' ? ones : { mean: 1, ...initializer };
}
