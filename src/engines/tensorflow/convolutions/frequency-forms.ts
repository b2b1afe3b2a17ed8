// Convolution in the frequency domain: a matrix product per frequency, between three transforms that are matrix products themselves.
// A strided convolution is divided into blocks first. A convolution and its gradients share the transforms of x, w and dy.
import { matMul, reshape, slice, type Tensor, type Tensor4D, tensor2d, transpose } from '@tensorflow/tfjs-core';
import { type Sizes, transformSides, transformsOf } from '../../frequencies.ts';
import { asShapeConstant } from '../recording/shape-constants.ts';
import { type BlockAxis, framed, inBlocks, tightBlockAxes } from './blocks.ts';
import type { Form } from './form.ts';
import type { Convolution } from './geometry.ts';
import { depthToSpace, spaceToDepth } from './native.ts';

const minChannels = 16; // narrow products leave SIMD lanes unused
const maxSide = 20; // of the transforms, whose cost grows with its fourth power

interface Frequencies {
  axes: [BlockAxis, BlockAxis];
  sizes: Sizes;
  channels: number;
  filters: number;
}

/** The convolution as one of blocks with stride 1: [B, m, m', s s C] with [K, K', s s C, F] to [B, h, w, F]. */
function inFrequencies(convolution: Convolution): Frequencies {
  const { input, filter, output, stride } = convolution;
  const axes = tightBlockAxes(convolution);
  return {
    axes,
    sizes: {
      input: [Math.ceil((axes[0].edge + input[1]) / stride[0]), Math.ceil((axes[1].edge + input[2]) / stride[1])],
      taps: [axes[0].taps, axes[1].taps],
      output: [output[1], output[2]],
      lead: [axes[0].lead, axes[1].lead],
    },
    channels: stride[0] * stride[1] * filter[2],
    filters: filter[3],
  };
}

function fits(convolution: Convolution): boolean {
  const { filter, stride } = convolution;
  if (stride[0] !== stride[1] || filter[0] * filter[1] === 1) return false;
  const { sizes, channels, filters } = inFrequencies(convolution);
  return Math.min(channels, filters) >= minChannels && Math.max(...transformSides(sizes)) <= maxSide;
}

/** [B, h, w, C] -> [rank, B, C]. */
function transformed(matrix: Tensor, image: Tensor): Tensor {
  const [batch, height, width, channels] = image.shape as [number, number, number, number];
  const places = transpose(reshape(image, [batch, height * width, channels]), [1, 0, 2]);
  const product = matMul(matrix, reshape(places, [height * width, batch * channels]));
  return reshape(product, [-1, batch, channels]);
}

/** [rank, B, C] -> [B, h, w, C]. */
function back(matrix: Tensor, spectrum: Tensor, [height, width]: readonly [number, number]): Tensor4D {
  const [rank, batch, channels] = spectrum.shape as [number, number, number];
  const places = matMul(matrix, reshape(spectrum, [rank, batch * channels]), true);
  const image = transpose(reshape(places, [height * width, batch, channels]), [1, 0, 2]);
  return reshape(image, [batch, height, width, channels]);
}

/** The forward and inverse transforms of a convolution's three tensors, including the division into blocks. */
function transformsFor(backend: Parameters<Form['compute']>[0], convolution: Convolution) {
  const { axes, sizes, channels, filters } = inFrequencies(convolution);
  const { input, filter, stride } = convolution;
  const { rank, ...matrices } = transformsOf(sizes);
  const matrix = (values: Float32Array) => tensor2d(asShapeConstant(values), [rank, values.length / rank]);
  const step = stride[0];

  return {
    image(x: Tensor): Tensor {
      const rest = (axis: 0 | 1) => sizes.input[axis] * step - input[axis + 1]! - axes[axis].edge;
      const whole = framed(x as Tensor4D, 1, [axes[0].edge, rest(0)], [axes[1].edge, rest(1)]);
      return transformed(matrix(matrices.input), step === 1 ? whole : spaceToDepth(backend, whole, step));
    },
    kernel(w: Tensor): Tensor {
      const blocks = transpose(inBlocks(w, axes), [0, 2, 1, 3, 4, 5]); // [K, K', s, s, C, F]
      const product = matMul(matrix(matrices.taps), reshape(blocks, [-1, channels * filters]));
      return reshape(product, [rank, channels, filters]);
    },
    result(y: Tensor): Tensor {
      return transformed(matrix(matrices.output), y);
    },
    imageBack(spectrum: Tensor): Tensor {
      const blocks = back(matrix(matrices.input), spectrum, sizes.input);
      const whole = step === 1 ? blocks : depthToSpace(backend, blocks, step);
      const cut = whole.shape[1] !== input[1] || whole.shape[2] !== input[2];
      return cut ? slice(whole as Tensor4D, [0, axes[0].edge, axes[1].edge, 0], input) : whole;
    },
    kernelBack(spectrum: Tensor): Tensor {
      const [vertical, horizontal] = axes;
      const taps = matMul(matrix(matrices.taps), reshape(spectrum, [rank, channels * filters]), true);
      const blocks = reshape(taps, [vertical.taps, horizontal.taps, step, step, filter[2], filters]);
      const sides: Convolution['filter'] = [vertical.taps * step, horizontal.taps * step, filter[2], filters];
      const whole = reshape(transpose(blocks, [0, 2, 1, 3, 4, 5]), sides);
      return slice(whole, [vertical.front, horizontal.front, 0, 0], filter);
    },
    resultBack(spectrum: Tensor): Tensor {
      return back(matrix(matrices.output), spectrum, sizes.output);
    },
  };
}

const name = 'frequencies';

export const forwardByFrequency: Form = {
  name,
  shares: true,
  fits,
  compute(backend, convolution, x, w) {
    const { image, kernel, resultBack } = transformsFor(backend, convolution);
    return resultBack(matMul(image(x), kernel(w)));
  },
};

export const inputGradientByFrequency: Form = {
  name,
  shares: true,
  fits,
  compute(backend, convolution, dy, w) {
    const { result, kernel, imageBack } = transformsFor(backend, convolution);
    return imageBack(matMul(result(dy), kernel(w), false, true));
  },
};

export const filterGradientByFrequency: Form = {
  name,
  shares: true,
  fits,
  compute(backend, convolution, x, dy) {
    const { image, result, kernelBack } = transformsFor(backend, convolution);
    return kernelBack(matMul(image(x), result(dy), true));
  },
};
