// Inverted dropout (Srivastava et al. 2014): kept values are divided by the keep rate, so inference needs nothing.
import { cast, greaterEqual, mul } from '@tensorflow/tfjs-core';
import { statelessUniform } from '../../engines/ops/stateless-uniform.ts';
import type { LayerKind, LayerOf } from '../layer.ts';

export const dropout: LayerKind<LayerOf<'dropout'>> = {
  outputShape: (_, input) => input,
  apply({ rate }, x, context) {
    if (!context.training || rate === 0) return x;
    const uniform = statelessUniform(x.shape, context.dropoutSeed!, context.nextDraw()); // [0, 1)
    const mask = mul(cast(greaterEqual(uniform, rate), 'float32'), 1 / (1 - rate));
    return mul(x, mask);
  },
};
