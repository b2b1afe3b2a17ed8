// What a variable's first values are drawn from: initializers become distributions where a layer knows its kernel's shape.
import type { BiasInitializer, GammaInitializer, Initializer } from '../config/schema/initializers.ts';
import type { Shape } from '../engines/engine.ts';
import { elementCount } from '../formats/tensor-shape.ts';

export type Start =
  | { type: 'constant'; value: number }
  | { type: 'normal'; mean: number; deviation: number }
  /** Normal around 0, drawn again beyond two deviations; the deviation is that before the cut. */
  | { type: 'truncatedNormal'; deviation: number }
  /** Uniform in [-limit, limit). */
  | { type: 'uniform'; limit: number }
  /** A unit vector of any direction. */
  | { type: 'direction' };

/** How a network's layers start that do not say it themselves. */
export interface Initializers {
  initializer: Initializer;
  biasInitializer: BiasInitializer;
}

export const zeros: Start = { type: 'constant', value: 0 };
export const ones: Start = { type: 'constant', value: 1 };

/** Deviation of a standard normal cut at 2: sqrt(1 - 4 phi(2) / (2 Phi(2) - 1)). */
const truncatedDeviation = 0.87962566103423978;

/**
 * Kernels are [..., a, b]; fanIn is a times the kernel's area, fanOut b times. So Keras counts, and PyTorch the same: a
 * transposed convolution, whose kernel is [kh, kw, out, in], has fanIn = out x area.
 */
function fansOf(kernel: Shape): { fanIn: number; fanOut: number } {
  const area = elementCount(kernel.slice(0, -2));
  return { fanIn: area * kernel.at(-2)!, fanOut: area * kernel.at(-1)! };
}

/** What a kernel of this shape starts with. */
export function kernelStart(initializer: Initializer, kernel: Shape): Start {
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

/** What the bias beside a kernel of this shape starts with. */
export function biasStart(initializer: BiasInitializer, kernel: Shape): Start {
  switch (initializer.type) {
    case 'zeros':
      return zeros;
    case 'constant':
      return initializer;
    case 'pytorch':
      return { type: 'uniform', limit: 1 / Math.sqrt(fansOf(kernel).fanIn) };
  }
}

/** What a batch-norm scale starts with. */
export function gammaStart(initializer: GammaInitializer): Start {
  return initializer.type === 'ones' ? ones : { mean: 1, ...initializer };
}
