// LeakyReLU and the gradients of both ReLUs, composed of XNNPACK kernels, which use SIMD and all threads: a loop in JavaScript takes
// six times as long, tfjs's comparison and selection twelve times.
import {
  clipByValue,
  fill,
  LeakyRelu,
  mul,
  type NamedAttrMap,
  type NamedTensorInfoMap,
  type NamedTensorMap,
  prelu,
  type Tensor,
  tidy,
} from '@tensorflow/tfjs-core';
import { leakyReluGradientOp } from '../ops/activations.ts';
import type { WasmKernel } from './kernel.ts';

const slopeOf = (attrs: NamedAttrMap | undefined) => attrs!['alpha'] as number;

/** y = x where x > 0, else slope x. */
const leakyRelu: WasmKernel = {
  kernelName: LeakyRelu,
  kernelFunc: ({ inputs, attrs }) => {
    const x = inputs['x'] as Tensor;
    return tidy(() => prelu(x, fill([x.shape.at(-1) ?? 1], slopeOf(attrs)))); // one slope per channel
  },
};

const huge = 3e38; // times the smallest normal float it exceeds 1

/** dy where y > 0, else slope dy. The factor is y times a huge number, clipped to [slope, 1]. */
function reluGradient({ dy, y }: NamedTensorInfoMap, slope: number): Tensor {
  return tidy(() => mul(dy as Tensor, clipByValue(mul(y as Tensor, huge), slope, 1)));
}

const reluGradientKernel: WasmKernel = {
  kernelName: 'ReluGradient',
  kernelFunc: ({ inputs }) => reluGradient(inputs, 0),
};

const leakyReluGradientKernel: WasmKernel = {
  kernelName: leakyReluGradientOp.kernelName,
  kernelFunc: ({ inputs, attrs }) => {
    const slope = slopeOf(attrs);
    if (slope < 1) return reluGradient(inputs, slope);
    return tidy(() => leakyReluGradientOp.compose!(inputs as NamedTensorMap, attrs!)); // [slope, 1] would be empty
  },
};

export const leakyReluKernels: readonly WasmKernel[] = [leakyRelu, leakyReluGradientKernel, reluGradientKernel];
