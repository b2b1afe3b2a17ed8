// Activations, applied element by element.
import {
  leakyRelu as applyLeakyRelu,
  relu as applyRelu,
  sigmoid as applySigmoid,
  tanh as applyTanh,
} from '@tensorflow/tfjs-core';
import type { LayerDefinition, LayerOf } from '../layer.ts';

export const relu: LayerDefinition<LayerOf<'relu'>> = {
  traits: ['featurewise'],
  outputShape: (_, input) => input,
  apply: (_, x) => applyRelu(x),
};

export const leakyRelu: LayerDefinition<LayerOf<'leakyRelu'>> = {
  traits: ['featurewise'],
  outputShape: (_, input) => input,
  apply: ({ slope }, x) => applyLeakyRelu(x, slope),
};

export const tanh: LayerDefinition<LayerOf<'tanh'>> = {
  traits: ['featurewise'],
  outputShape: (_, input) => input,
  apply: (_, x) => applyTanh(x),
};

export const sigmoid: LayerDefinition<LayerOf<'sigmoid'>> = {
  traits: ['featurewise'],
  outputShape: (_, input) => input,
  apply: (_, x) => applySigmoid(x),
};
