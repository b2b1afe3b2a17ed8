// The kernels that training needs and tfjs's WASM backend lacks, computes slowly, or does not know at all.
import { channelSums } from './channel-sums.ts';
import { conv2dKernel } from './conv2d.ts';
import { conv2dBackpropFilter } from './conv2d-backprop-filter.ts';
import { conv2dBackpropInput } from './conv2d-backprop-input.ts';
import { greaterEqualKernel } from './greater-equal.ts';
import { identityKernels } from './identity.ts';
import type { WasmKernel } from './kernel.ts';
import { leakyReluKernels } from './leaky-relu.ts';
import { matMul } from './mat-mul.ts';
import { statelessUniformKernel } from './stateless-uniform.ts';

export const wasmKernels: readonly WasmKernel[] = [
  conv2dKernel,
  conv2dBackpropFilter,
  conv2dBackpropInput,
  matMul,
  ...leakyReluKernels,
  ...channelSums,
  greaterEqualKernel,
  ...identityKernels,
  statelessUniformKernel,
];
