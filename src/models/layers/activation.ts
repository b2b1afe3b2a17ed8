// The activations: one number in, one number out.
import {
  leakyRelu as applyLeakyRelu,
  relu as applyRelu,
  sigmoid as applySigmoid,
  tanh as applyTanh,
} from '@tensorflow/tfjs-core';
import type { LayerKind, LayerOf } from '../layer.ts';

export const relu: LayerKind<LayerOf<'relu'>> = {
  outputShape: (_, input) => input,
  apply: (_, x) => applyRelu(x),
};

export const leakyRelu: LayerKind<LayerOf<'leakyRelu'>> = {
  outputShape: (_, input) => input,
  apply: ({ slope }, x) => applyLeakyRelu(x, slope),
};

export const tanh: LayerKind<LayerOf<'tanh'>> = {
  outputShape: (_, input) => input,
  apply: (_, x) => applyTanh(x),
};

export const sigmoid: LayerKind<LayerOf<'sigmoid'>> = {
  outputShape: (_, input) => input,
  apply: (_, x) => applySigmoid(x),
};
