// The kernels that training needs and tfjs's WASM backend lacks, computes slowly, or does not know at all.
import { conv2dBackpropFilter } from './conv2d-backprop-filter.ts';
import { conv2dBackpropInput } from './conv2d-backprop-input.ts';
import type { WasmKernel } from './kernel.ts';
import { leakyReluKernels } from './leaky-relu.ts';
import { matMul } from './mat-mul.ts';
import { statelessUniformKernel } from './stateless-uniform.ts';

export const wasmKernels: readonly WasmKernel[] = [
  conv2dBackpropFilter,
  conv2dBackpropInput,
  matMul,
  ...leakyReluKernels,
  statelessUniformKernel,
];
