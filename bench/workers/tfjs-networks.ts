// A network of the task as a stock tf.layers model, with the task's first weights.
import * as tf from '@tensorflow/tfjs';
import type { NetworkName } from '../../src/models/network.ts';
import type { TaskLayer } from '../task-layers.ts';

type StockLayer = Parameters<tf.Sequential['add']>[0];
type LayerOf<Type extends TaskLayer['type']> = Extract<TaskLayer, { type: Type }>;

/** @param weightsOf first values of layer `index`, in the order that tf.layers has as well: kernel, bias; gamma, beta, mean, variance */
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

/** tf.layers takes null for a side as long as the input's; its types do not say so. */
const perChannel = [null, 1, 1, null] as unknown as number[];

/** tf.layers pads as SAME or not at all; another padding is a layer of zeros before. */
function convolution(layer: LayerOf<'conv'>): StockLayer[] {
  const zeros = surrounds(layer) ? [tf.layers.zeroPadding2d({ padding: layer.sides })] : [];
  return [...zeros, tf.layers.conv2d(optionsOf(layer))];
}

function transposedConvolution(layer: LayerOf<'convTranspose'>): StockLayer[] {
  const cut = surrounds(layer) ? [tf.layers.cropping2D({ cropping: layer.sides })] : [];
  return [tf.layers.conv2dTranspose(optionsOf(layer)), ...cut];
}

function surrounds({ same, sides }: LayerOf<'conv' | 'convTranspose'>): boolean {
  return !same && sides.flat().some((pixels) => pixels !== 0);
}

function optionsOf({ filters, kernel, stride, bias, same }: LayerOf<'conv' | 'convTranspose'>) {
  const padding: 'same' | 'valid' = same ? 'same' : 'valid';
  return { filters, kernelSize: kernel, strides: stride, useBias: bias, padding };
}
