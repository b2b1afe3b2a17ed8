// Export format ml5: a manifest and a layers model for ml5.DCGAN, with images NCHW in [-1, 1] and three or four channels.
// https://github.com/ml5js/ml5-library/blob/main/src/DCGAN/index.js
import { join } from 'node:path';
import type { Config } from '../config/config.ts';
import { writeFileAtomic } from '../system/write-file.ts';
import type { ExportFormat } from './format.ts';
import { aboutGenerator } from './tfjs/format.ts';
import { generatorLayers } from './tfjs/generator-layers.ts';
import { type KerasLayer, type KerasWeight, kernelAndBias } from './tfjs/keras-layer.ts';
import { writeLayersModel } from './tfjs/write-model.ts';

export const exportMl5: ExportFormat = async (source, folder) => {
  const { config } = source.generator;
  const { height, width } = config.data;
  const latentSize = config.generator.latent.size;
  const layers = [...generatorLayers(source.generator), ...inMl5Form(config)];
  const about = { ...aboutGenerator(source), range: [-1, 1] };
  const files = await writeLayersModel(folder, layers, { inputSize: latentSize, about });
  const manifest = {
    description: `DCGAN, ${source.name}, ${width}x${height}`,
    model: './model.json', // without ./ tfjs requests the weights from the server's root
    modelSize: Math.max(height, width),
    modelLatentDim: latentSize,
  };
  await writeFileAtomic(join(folder, 'manifest.json'), `${JSON.stringify(manifest, null, 2)}\n`);
  return ['manifest.json', ...files];
};

/** [h, w, c] in the config's range -> [c', h, w] in [-1, 1]. Grey becomes RGB, because ml5 drops axes of length 1. */
function inMl5Form({ data: { range, channels } }: Config): KerasLayer[] {
  const toRange: KerasLayer = {
    className: 'Conv2D',
    name: 'to_ml5_colours',
    config: { filters: Math.max(channels, 3), kernel_size: [1, 1], strides: [1, 1], padding: 'valid', use_bias: true },
    weights: colourWeights(range, channels),
  };
  const isInForm = channels > 1 && range[0] === -1 && range[1] === 1;
  const permute = { className: 'Permute', name: 'to_channels_first', config: { dims: [3, 1, 2] } };
  return isInForm ? [permute] : [toRange, permute];
}

/** A 1x1 convolution: each colour from the same input colour, or from grey, as 2 (x - low) / (high - low) - 1. */
function colourWeights([low, high]: readonly [number, number], channels: number): KerasWeight[] {
  const outputs = Math.max(channels, 3);
  const scale = 2 / (high - low);
  const kernel = Float32Array.from({ length: channels * outputs }, (_, i) => {
    const [input, output] = [Math.floor(i / outputs), i % outputs];
    return channels === 1 || input === output ? scale : 0;
  });
  const bias = new Float32Array(outputs).fill(-low * scale - 1);
  return kernelAndBias([1, 1, channels, outputs], kernel, bias);
}
