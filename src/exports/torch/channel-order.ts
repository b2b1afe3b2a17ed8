// Finds vectors that are reshaped to images later, whose features PyTorch orders [channels, height, width].
import type { Shape } from '../../engines/engine.ts';
import { hasTrait } from '../../models/layer-registry.ts';
import type { InferenceLayer } from '../inference-layers.ts';

/**
 * For each layer the image [height, width, channels] that its output is reshaped to, if PyTorch's order can be achieved by
 * permuting weights: from a dense layer, whose rows are permuted, to the reshape.
 */
export function reshapeTargets(layers: readonly InferenceLayer[]): (Shape | undefined)[] {
  const images = layers.map((): Shape | undefined => undefined);
  layers.forEach(({ type, output }, index) => {
    if (type !== 'reshape') return;
    let first = index - 1;
    while (isFeaturewise(layers[first])) first--;
    if (layers[first]?.type === 'dense') images.fill(output, first, index + 1);
  });
  return images;
}

function isFeaturewise(layer: InferenceLayer | undefined): boolean {
  return layer !== undefined && layer.type !== 'residual' && hasTrait(layer, 'featurewise');
}
