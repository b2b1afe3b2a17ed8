// The MNIST classifier whose second-last layer gives features. feature-networks/make-mnist.ts trains it.
import { type Layer, singleLayerSchema } from '../../config/schema/layers.ts';
import { buildNetwork, type Network } from '../../models/network.ts';

const sidePixels = 28;
export const digits = 10;
/** Number of features per image. */
export const mnistFeatures = 64;

const convolution = (filters: number, stride: number) => [
  { type: 'conv', filters, kernel: 3, stride, bias: false },
  { type: 'batchNorm' },
  { type: 'relu' },
];

/** Images [28, 28, 1] in [-1, 1] -> 64 features -> 10 logits. */
export function mnistClassifier(): Network {
  const layers = [
    ...convolution(32, 1), // [28, 28, 32]
    ...convolution(32, 2), // [14, 14, 32]
    ...convolution(64, 1), // [14, 14, 64]
    ...convolution(64, 2), // [7, 7, 64]
    { type: 'flatten' },
    { type: 'dropout', rate: 0.4 },
    { type: 'dense', units: mnistFeatures },
    { type: 'relu' },
    { type: 'dense', units: digits },
  ].map((layer): Layer => singleLayerSchema.parse(layer));
  const initializers = { initializer: { type: 'heNormal' }, biasInitializer: { type: 'zeros' } } as const;
  return buildNetwork('classifier', { layers, ...initializers }, [sidePixels, sidePixels, 1]);
}

/** The classifier without its last layer: images -> features. */
export function withoutLogits(classifier: Network): Network {
  const layers = classifier.layers.slice(0, -1);
  return { ...classifier, layers, output: layers.at(-1)!.output };
}
