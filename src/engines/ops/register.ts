// Registers our operations with tfjs: their gradients, and their kernels per backend.
import '@tensorflow/tfjs'; // registers tfjs's own gradients
import {
  getKernel,
  type KernelConfig,
  type NamedTensorMap,
  registerGradient,
  registerKernel,
  type Tensor,
  tidy,
  unregisterKernel,
} from '@tensorflow/tfjs-core';
import {
  activationGradients,
  leakyReluGradientOp,
  reluGradientOp,
  sigmoidGradientOp,
  tanhGradientOp,
} from './activations.ts';
import { applyAdamOp } from './adam.ts';
import { averagePixelsOp } from './average-pixels.ts';
import { batchNormGradientOp, batchNormOp } from './batch-norm.ts';
import { biasAddGradientOp, biasAddOp } from './bias-add.ts';
import { filterGradientGradient } from './convolution-gradient.ts';
import type { Op } from './op.ts';
import { pixelOps } from './repeat-pixels.ts';
import { statelessUniformOp } from './stateless-uniform.ts';

const ops: Op[] = [
  biasAddOp,
  biasAddGradientOp,
  reluGradientOp,
  leakyReluGradientOp,
  tanhGradientOp,
  sigmoidGradientOp,
  batchNormOp,
  batchNormGradientOp,
  ...pixelOps,
  averagePixelsOp,
  statelessUniformOp,
  applyAdamOp,
];

/** Registers all gradients, the given kernels (which replace tfjs's), and composed kernels for the remaining ops. */
export function registerOps(backendName: string, kernels: readonly Omit<KernelConfig, 'backendName'>[]): void {
  for (const gradient of [...activationGradients, filterGradientGradient]) registerGradient(gradient);
  for (const { kernelName, gradient } of ops) if (gradient) registerGradient({ kernelName, ...gradient });
  for (const kernel of kernels) replaceKernel({ ...kernel, backendName });
  for (const op of ops) {
    if (op.compose && !getKernel(op.kernelName, backendName)) registerKernel(composedKernel(op, backendName));
  }
}

function replaceKernel(kernel: KernelConfig): void {
  if (getKernel(kernel.kernelName, kernel.backendName)) unregisterKernel(kernel.kernelName, kernel.backendName);
  registerKernel(kernel);
}

function composedKernel(op: Op, backendName: string): KernelConfig {
  return {
    kernelName: op.kernelName,
    backendName,
    kernelFunc: ({ inputs, attrs }) =>
      tidy((): Tensor | Tensor[] => op.compose!(inputs as NamedTensorMap, attrs ?? {})),
  };
}
