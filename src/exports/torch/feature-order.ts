// Features in PyTorch's order: a vector that becomes an image holds it channel by channel there, pixel by pixel here.
import type { Shape } from '../../engines/engine.ts';
import type { InferenceLayer } from '../inference-layers.ts';

/** Feature j of PyTorch's vector is feature order[j] of ours. */
export type FeatureOrder = readonly number[];

const keepsFeatures = ['batchNorm', 'relu', 'leakyRelu', 'tanh', 'sigmoid'];

/**
 * The order that each layer's output takes, undefined for ours. Only from a dense layer, whose rows can be sorted, up to the
 * reshape that makes an image of its features.
 */
export function featureOrders(layers: readonly InferenceLayer[]): (FeatureOrder | undefined)[] {
  const orders = layers.map((): FeatureOrder | undefined => undefined);
  layers.forEach(({ type, output }, index) => {
    if (type !== 'reshape') return;
    let first = index - 1;
    while (keepsFeatures.includes(layers[first]?.type ?? '')) first--;
    if (layers[first]?.type === 'dense') orders.fill(channelsFirst(output), first, index);
  });
  return orders;
}

/** [height, width, channels]: where each value of [channels, height, width] comes from. */
function channelsFirst([height, width, channels]: Shape): FeatureOrder {
  const area = height! * width!;
  return Array.from({ length: area * channels! }, (_, j) => (j % area) * channels! + Math.floor(j / area));
}
