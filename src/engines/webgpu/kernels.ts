// Our kernels for what tfjs's WebGPU backend lacks, rounds, or computes in many passes over memory.
import { adamKernel } from './adam.ts';
import { channelKernels } from './batch-norm.ts';
import { intConcatKernel } from './int-concat.ts';
import type { WebgpuKernel } from './kernel.ts';
import { productKernels } from './product-kernels.ts';
import { reluGradientKernels } from './relu-gradients.ts';
import { sigmoidKernel } from './sigmoid.ts';
import { statelessUniformKernel } from './stateless-uniform.ts';

export const webgpuKernels: readonly WebgpuKernel[] = [
  ...channelKernels,
  ...reluGradientKernels,
  ...productKernels,
  sigmoidKernel,
  adamKernel,
  statelessUniformKernel,
  intConcatKernel,
];
