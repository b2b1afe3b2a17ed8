// Where a vector becomes an image later, PyTorch holds it channel by channel, not pixel by pixel as here.
import type { Shape } from '../../engines/engine.ts';
import type { InferenceLayer } from '../inference-layers.ts';

const keepsFeatures = ['batchNorm', 'relu', 'leakyRelu', 'tanh', 'sigmoid'];

/**
 * For each layer the image [height, width, channels] that its output becomes, if PyTorch's order can be had by sorting weights:
 * from a dense layer, whose rows are sorted, to the reshape.
 */
export function comingImages(layers: readonly InferenceLayer[]): (Shape | undefined)[] {
  const images = layers.map((): Shape | undefined => undefined);
  layers.forEach(({ type, output }, index) => {
    if (type !== 'reshape') return;
    let first = index - 1;
    while (keepsFeatures.includes(layers[first]?.type ?? '')) first--;
    if (layers[first]?.type === 'dense') images.fill(output, first, index + 1);
  });
  return images;
}
