// Builds a network of the task as a stock tf.layers model with the task's initial weights.
import * as tf from '@tensorflow/tfjs';
import type { NetworkName } from '../../src/models/network.ts';
import type { TaskLayer } from '../task-layers.ts';

type StockLayer = Parameters<tf.Sequential['add']>[0];
type LayerOf<Type extends TaskLayer['type']> = Extract<TaskLayer, { type: Type }>;

/** @param weightsOf initial values of layer `index` in tf.layers' order: kernel, bias; gamma, beta, mean, variance */
export function stockModel(
  name: NetworkName,
  layers: readonly TaskLayer[],
  weightsOf: (index: number) => tf.Tensor[],
): tf.Sequential {
  const model = tf.sequential({ name });
  model.add(tf.layers.inputLayer({ inputShape: [...layers[0]!.input] }));
  layers.forEach((layer, index) => {
    const weights = weightsOf(index);
    for (const stock of stockLayers(layer)) {
      model.add(stock);
      if (stock.weights.length > 0) stock.setWeights(weights);
    }
    tf.dispose(weights);
  });
  return model;
}

function stockLayers(layer: TaskLayer): StockLayer[] {
  switch (layer.type) {
    case 'dense':
      return [tf.layers.dense({ units: layer.units, useBias: layer.bias })];
    case 'conv':
      return convolution(layer);
    case 'convTranspose':
      return transposedConvolution(layer);
    case 'batchNorm': {
      const { momentum, epsilon, scale, center } = layer;
      return [tf.layers.batchNormalization({ momentum, epsilon, scale, center })];
    }
    case 'relu':
      return [tf.layers.reLU()];
    case 'leakyRelu':
      return [tf.layers.leakyReLU({ alpha: layer.slope })];
    case 'tanh':
    case 'sigmoid':
      return [tf.layers.activation({ activation: layer.type })];
    case 'dropout':
      return [tf.layers.dropout({ rate: layer.rate, ...(layer.channels ? { noiseShape: perChannel } : {}) })];
    case 'upsample': {
      const { factor } = layer;
      return [tf.layers.upSampling2d({ size: typeof factor === 'number' ? [factor, factor] : factor })];
    }
    case 'reshape':
      return [tf.layers.reshape({ targetShape: [...layer.shape] })];
    case 'flatten':
      return [tf.layers.flatten()];
  }
}

/** In tf.layers null stands for the input's size; its types do not allow it. */
const perChannel = [null, 1, 1, null] as unknown as number[];

/** tf.layers pads as SAME or not at all; other padding needs a zero-padding layer. */
function convolution(layer: LayerOf<'conv'>): StockLayer[] {
  const zeros = needsPadding(layer) ? [tf.layers.zeroPadding2d({ padding: layer.sides })] : [];
  return [...zeros, tf.layers.conv2d(optionsOf(layer))];
}

function transposedConvolution(layer: LayerOf<'convTranspose'>): StockLayer[] {
  const cut = needsPadding(layer) ? [tf.layers.cropping2D({ cropping: layer.sides })] : [];
  return [tf.layers.conv2dTranspose(optionsOf(layer)), ...cut];
}

function needsPadding({ same, sides }: LayerOf<'conv' | 'convTranspose'>): boolean {
  return !same && sides.flat().some((pixels) => pixels !== 0);
}

function optionsOf({ filters, kernel, stride, bias, same }: LayerOf<'conv' | 'convTranspose'>) {
  const padding: 'same' | 'valid' = same ? 'same' : 'valid';
  return { filters, kernelSize: kernel, strides: stride, useBias: bias, padding };
}
