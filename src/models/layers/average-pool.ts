// Average pooling over windows that do not overlap.
import type { Tensor4D } from '@tensorflow/tfjs-core';
import { averagePixels } from '../../engines/ops/average-pixels.ts';
import { expectImage, type LayerDefinition, type LayerOf, ShapeProblem } from '../layer.ts';
import { pair } from './padding.ts';

export const averagePool: LayerDefinition<LayerOf<'averagePool'>> = {
  traits: [],
  outputShape({ size }, input) {
    const [height, width, channels] = expectImage(input, 'averagePool');
    const [windowHeight, windowWidth] = pair(size);
    const shape = [height / windowHeight, width / windowWidth, channels];
    if (shape.every(Number.isInteger)) return shape;
    throw new ShapeProblem(
      `windows of ${windowHeight} x ${windowWidth} do not cover ${height} x ${width} pixels`,
      'Set size to divisors of height and width.',
    );
  },
  apply: ({ size }, x) => averagePixels(x as Tensor4D, pair(size)), // [B, h / size, w / size, c]
};
