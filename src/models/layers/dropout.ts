// Inverted dropout (Srivastava et al. 2014): kept values are divided by the keep rate, so inference needs no scaling. Drops single
// values, or whole channels (Tompson et al. 2015), since neighbouring pixels are strongly correlated.
import { cast, greaterEqual, mul, type Tensor } from '@tensorflow/tfjs-core';
import { statelessUniform } from '../../engines/ops/stateless-uniform.ts';
import { expectImage, type LayerDefinition, type LayerOf } from '../layer.ts';

export const dropout: LayerDefinition<LayerOf<'dropout'>> = {
  traits: ['random', 'featurewise'],
  outputShape({ channels }, input) {
    if (channels) expectImage(input, 'dropout of channels');
    return input;
  },
  apply({ rate, channels }, x, context) {
    if (!context.training || rate === 0) return x;
    const shape = channels ? [x.shape[0]!, 1, 1, x.shape[3]!] : x.shape;
    const uniform: Tensor = statelessUniform(shape, context.noiseSeed!, context.nextDraw()); // [0, 1)
    const mask = mul(cast(greaterEqual(uniform, rate), 'float32'), 1 / (1 - rate));
    return mul(x, mask);
  },
};
