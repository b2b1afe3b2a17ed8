// Transposed convolution: the input gradient of a convolution, NHWC, kernel [kh, kw, out, in] as in tf.nn.conv2d_transpose.
import { conv2dTranspose, type Tensor4D } from '@tensorflow/tfjs-core';
import type { Padding } from '../../config/schema/weight-layers.ts';
import { expectImage, type LayerDefinition, type LayerOf, ShapeProblem } from '../layer.ts';
import { convolutionPadding, pair, type Sides } from './padding.ts';
import { kernelOf, weightParameters, withBias } from './weights.ts';

type Options = LayerOf<'convTranspose'>;

/**
 * Output size and padding along one axis. SAME gives n s; otherwise (n - 1) s + k - before - after + outputPadding
 * (torch.nn.ConvTranspose2d). The padding is that of the convolution back from the output to the input.
 */
export function axisGeometry(options: Options, axis: 0 | 1, size: number): { size: number; sides: Sides } {
  const kernel = pair(options.kernel)[axis]!;
  const stride = pair(options.stride)[axis]!;
  const padding: Padding = options.padding;
  if (padding === 'same') {
    return { size: size * stride, sides: convolutionPadding('same', axis, size * stride, kernel, stride) };
  }
  const sides = convolutionPadding(padding, axis, size, kernel, stride);
  return { size: (size - 1) * stride + kernel - sides[0] - sides[1] + options.outputPadding, sides };
}

export const convTranspose: LayerDefinition<Options> = {
  traits: ['kernel'],
  outputShape(options, input) {
    const [height, width] = expectImage(input, 'convTranspose');
    const shape = [axisGeometry(options, 0, height).size, axisGeometry(options, 1, width).size, options.filters];
    if (shape.every((side) => side >= 1)) return shape;
    throw new ShapeProblem(
      `padding ${JSON.stringify(options.padding)} leaves nothing of the output: [${shape.join(', ')}]`,
      'Use a smaller padding.',
    );
  },
  parameters(options, [, , channels], network) {
    return weightParameters(options, [...pair(options.kernel), options.filters, channels!], -2, network);
  },
  apply(options, x, context) {
    const image = x as Tensor4D; // [B, h, w, c]
    const vertical = axisGeometry(options, 0, image.shape[1]);
    const horizontal = axisGeometry(options, 1, image.shape[2]);
    const y = conv2dTranspose(
      image,
      kernelOf(options, -2, context) as Tensor4D,
      [image.shape[0], vertical.size, horizontal.size, options.filters],
      pair(options.stride),
      [[0, 0], vertical.sides, horizontal.sides, [0, 0]],
      'floor',
    );
    return withBias(options, y, context); // [B, h', w', filters]
  },
};
