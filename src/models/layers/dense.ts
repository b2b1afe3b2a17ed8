// Fully connected layer: x W + b.
import { matMul, type Tensor2D } from '@tensorflow/tfjs-core';
import { expectVector, type LayerDefinition, type LayerOf } from '../layer.ts';
import { kernelOf, weightParameters, withBias } from './weights.ts';

export const dense: LayerDefinition<LayerOf<'dense'>> = {
  traits: ['kernel'],
  outputShape({ units }, input) {
    expectVector(input, 'dense');
    return [units];
  },
  parameters: (options, [inputs], network) => weightParameters(options, [inputs!, options.units], -1, network),
  apply(options, x, context) {
    const kernel = kernelOf(options, -1, context) as Tensor2D;
    return withBias(options, matMul(x as Tensor2D, kernel), context); // [B, units]
  },
};
