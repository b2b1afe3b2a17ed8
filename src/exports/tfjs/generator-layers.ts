// Converts a generator's layers to equivalent Keras layers.
import type { TrainedGenerator } from '../../sampling/trained-generator.ts';
import { type InferenceLayer, type InferenceLayerOf, inferenceLayers } from '../inference-layers.ts';
import { blendedUpsampling } from './blended-upsampling.ts';
import { convolution, transposedConvolution } from './convolutions.ts';
import { type KerasLayer, kernelAndBias, latentsName, vector } from './keras-layer.ts';

/** latents [B, size] -> images [B, height, width, channels] in the config's value range. */
export function generatorLayers(generator: TrainedGenerator): KerasLayer[] {
  return namedLayers(inferenceLayers(generator), '', latentsName);
}

/** @param from the name of the layer whose output they take */
function namedLayers(layers: readonly InferenceLayer[], suffix: string, from: string): KerasLayer[] {
  let before = from;
  return layers.flatMap((layer, index) => {
    const made = kerasLayersOf(layer, `${layer.type}_${index}${suffix}`, before);
    before = made.at(-1)!.name;
    return made;
  });
}

function kerasLayersOf(layer: InferenceLayer, name: string, before: string): KerasLayer[] {
  switch (layer.type) {
    case 'residual':
      return residual(layer, name, before);
    case 'averagePool':
      return [{ className: 'AveragePooling2D', name, config: { pool_size: layer.size, strides: layer.size } }];
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

/** Inner layers are named by their block: `conv_2_of_residual_3`. */
function residual(layer: InferenceLayerOf<'residual'>, name: string, before: string): KerasLayer[] {
  const branches = [
    namedLayers(layer.layers, `_of_${name}`, before),
    namedLayers(layer.shortcut, `_of_shortcut_of_${name}`, before),
  ].map(([first, ...rest]) => (first ? [{ ...first, inputs: first.inputs ?? [before] }, ...rest] : []));
  const ends = branches.map((branch) => branch.at(-1)?.name ?? before);
  return [...branches.flat(), { className: 'Add', name, config: {}, inputs: ends }];
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
