// A generator's layers as Keras layers that compute the same; some become several.
import type { TrainedGenerator } from '../../models/trained-generator.ts';
import { type InferenceLayer, type InferenceLayerOf, inferenceLayers } from '../inference-layers.ts';
import { blendedUpsampling } from './blended-upsampling.ts';
import { convolution, transposedConvolution } from './convolutions.ts';
import { type KerasLayer, kernelAndBias, vector } from './keras-layer.ts';

/** latents [B, size] -> images [B, height, width, channels] in the config's value range. */
export function generatorLayers(generator: TrainedGenerator): KerasLayer[] {
  return inferenceLayers(generator).flatMap((layer, index) => kerasLayersOf(layer, `${layer.type}_${index}`));
}

function kerasLayersOf(layer: InferenceLayer, name: string): KerasLayer[] {
  switch (layer.type) {
    case 'dense':
      return [dense(layer, name)];
    case 'conv':
      return convolution(layer, name);
    case 'convTranspose':
      return transposedConvolution(layer, name);
    case 'batchNorm':
      return [batchNorm(layer, name)];
    case 'upsample':
      return layer.method === 'nearest' ? [repeatedPixels(layer, name)] : blendedUpsampling(layer, name);
    case 'leakyRelu':
      return [{ className: 'LeakyReLU', name, config: { alpha: layer.slope } }];
    case 'relu':
    case 'tanh':
    case 'sigmoid':
      return [{ className: 'Activation', name, config: { activation: layer.type } }];
    case 'reshape':
    case 'flatten':
      return [{ className: 'Reshape', name, config: { target_shape: layer.output } }];
  }
}

function dense({ kernel, bias, input, output }: InferenceLayerOf<'dense'>, name: string): KerasLayer {
  const config = { units: output[0], use_bias: bias !== undefined };
  return { className: 'Dense', name, config, weights: kernelAndBias([...input, ...output], kernel, bias) };
}

function batchNorm(layer: InferenceLayerOf<'batchNorm'>, name: string): KerasLayer {
  const { epsilon, gamma, beta, mean, variance } = layer;
  const weights = [
    vector('gamma', gamma),
    vector('beta', beta),
    vector('moving_mean', mean),
    vector('moving_variance', variance),
  ];
  return { className: 'BatchNormalization', name, config: { axis: -1, epsilon }, weights };
}

function repeatedPixels({ factor }: InferenceLayerOf<'upsample'>, name: string): KerasLayer {
  return { className: 'UpSampling2D', name, config: { size: factor, interpolation: 'nearest' } };
}
