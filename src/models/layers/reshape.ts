// Reshape and flatten between vectors and feature maps; channels last.
import { reshape as applyReshape } from '@tensorflow/tfjs-core';
import { elementCount } from '../../formats/tensor-shape.ts';
import { type LayerDefinition, type LayerOf, ShapeProblem } from '../layer.ts';

export const reshape: LayerDefinition<LayerOf<'reshape'>> = {
  traits: [],
  outputShape({ shape }, input) {
    const [wanted, given] = [elementCount(shape), elementCount(input)];
    if (wanted === given) return shape;
    throw new ShapeProblem(
      `[${shape.join(', ')}] takes ${wanted} values, not ${given}`,
      `Set units: ${wanted} in the dense layer before it, or another shape.`,
    );
  },
  apply: ({ shape }, x) => applyReshape(x, [x.shape[0]!, ...shape]),
};

export const flatten: LayerDefinition<LayerOf<'flatten'>> = {
  traits: [],
  outputShape: (_, input) => [elementCount(input)],
  apply: (_, x) => applyReshape(x, [x.shape[0]!, -1]),
};
