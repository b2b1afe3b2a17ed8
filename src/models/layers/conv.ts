// Convolution (cross-correlation), NHWC, kernel [kh, kw, in, out].
import { conv2d, type Tensor4D } from '@tensorflow/tfjs-core';
import { expectImage, type LayerDefinition, type LayerOf, ShapeProblem } from '../layer.ts';
import { convolutionPadding, convolvedSize, pair, type Sides } from './padding.ts';
import { kernelOf, weightParameters, withBias } from './weights.ts';

type Options = LayerOf<'conv'>;

/** Padding of both axes for an input of this height and width. */
export function paddingOf({ kernel, stride, padding }: Options, height: number, width: number): [Sides, Sides] {
  const [kernelHeight, kernelWidth] = pair(kernel);
  const [strideHeight, strideWidth] = pair(stride);
  return [
    convolutionPadding(padding, 0, height, kernelHeight, strideHeight),
    convolutionPadding(padding, 1, width, kernelWidth, strideWidth),
  ];
}

export const conv: LayerDefinition<Options> = {
  traits: ['kernel'],
  outputShape(options, input) {
    const [height, width] = expectImage(input, 'conv');
    const [kernelHeight, kernelWidth] = pair(options.kernel);
    const [strideHeight, strideWidth] = pair(options.stride);
    const [vertical, horizontal] = paddingOf(options, height, width);
    const outHeight = convolvedSize(height, vertical, kernelHeight, strideHeight);
    const outWidth = convolvedSize(width, horizontal, kernelWidth, strideWidth);
    if (outHeight >= 1 && outWidth >= 1) return [outHeight, outWidth, options.filters];
    throw new ShapeProblem(
      `a ${kernelHeight} x ${kernelWidth} kernel is larger than the padded ${height} x ${width} input`,
      'Use a smaller kernel, padding: same, or one stage less.',
    );
  },
  parameters(options, [, , channels], network) {
    return weightParameters(options, [...pair(options.kernel), channels!, options.filters], -1, network);
  },
  apply(options, x, context) {
    const image = x as Tensor4D; // [B, h, w, c]
    const pad = paddingOf(options, image.shape[1], image.shape[2]);
    const kernel = kernelOf(options, -1, context) as Tensor4D;
    const y = conv2d(image, kernel, pair(options.stride), [[0, 0], ...pad, [0, 0]], 'NHWC', 1, 'floor');
    return withBias(options, y, context); // [B, h', w', filters]
  },
};
