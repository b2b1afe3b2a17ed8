// Our kernels for what tfjs's WASM backend lacks or computes slowly.
import { channelSums } from './channel-sums.ts';
import { convolutionKernels } from './convolutions/conv2d.ts';
import { greaterEqualKernel } from './greater-equal.ts';
import { identityKernels } from './identity.ts';
import type { WasmKernel } from './kernel.ts';
import { leakyReluKernels } from './leaky-relu.ts';
import { matMul } from './mat-mul.ts';
import { statelessUniformKernel } from './stateless-uniform.ts';

export const wasmKernels: readonly WasmKernel[] = [
  ...convolutionKernels,
  matMul,
  ...leakyReluKernels,
  ...channelSums,
  greaterEqualKernel,
  ...identityKernels,
  statelessUniformKernel,
];
