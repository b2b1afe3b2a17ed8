// The kernels that training needs and tfjs's WebGPU backend lacks, or computes in many passes over memory.
import { intConcatKernel } from './int-concat.ts';
import type { WebgpuKernel } from './kernel.ts';
import { statelessUniformKernel } from './stateless-uniform.ts';

export const webgpuKernels: readonly WebgpuKernel[] = [statelessUniformKernel, intConcatKernel];
