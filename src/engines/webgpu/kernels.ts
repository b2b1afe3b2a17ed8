// The kernels that training needs and tfjs's WebGPU backend lacks, rounds, or computes in many passes over memory.
import { adamKernel } from './adam.ts';
import { channelKernels } from './batch-norm.ts';
import { conv2dBackpropFilterKernel } from './conv2d-backprop-filter.ts';
import { intConcatKernel } from './int-concat.ts';
import type { WebgpuKernel } from './kernel.ts';
import { reluGradientKernels } from './relu-gradients.ts';
import { sigmoidKernel } from './sigmoid.ts';
import { statelessUniformKernel } from './stateless-uniform.ts';

// The gradient of a convolution's input is tfjs's: as a tiled matrix product it took longer on SwiftShader. On GPUs nothing is measured.
export const webgpuKernels: readonly WebgpuKernel[] = [
  ...channelKernels,
  ...reluGradientKernels,
  conv2dBackpropFilterKernel,
  sigmoidKernel,
  adamKernel,
  statelessUniformKernel,
  intConcatKernel,
];
