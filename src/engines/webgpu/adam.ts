// Adam's update of one variable in one pass over memory; composed of tfjs ops it takes about ten.
import type { WebGPUBackend } from '@tensorflow/tfjs-backend-webgpu';
import { type NamedTensorMap, tidy } from '@tensorflow/tfjs-core';
import { elementCount } from '../../formats/tensor-shape.ts';
import { applyAdamOp } from '../ops/adam.ts';
import { dispatch, forEach, type WebgpuKernel } from './kernel.ts';

const buffers = 9; // without a fed beta2; WebGPU guarantees 8 per kernel

/** Computes `applyAdamOp`. It writes new tensors, since other ops of the step may still read the old values. */
export const adamKernel: WebgpuKernel = {
  kernelName: applyAdamOp.kernelName,
  kernelFunc: ({ inputs, attrs, backend }) => {
    const { beta2: fedBeta2 } = inputs as NamedTensorMap;
    const { maxStorageBuffersPerShaderStage } = (backend as WebGPUBackend).device.limits;
    if (maxStorageBuffersPerShaderStage < (fedBeta2 ? buffers + 1 : buffers)) {
      return tidy(() => applyAdamOp.compose!(inputs as NamedTensorMap, attrs!));
    }
    const { weight, m, v, gradient, stepSize, epsilon } = inputs as NamedTensorMap;
    const beta1 = attrs!['beta1'] as number;
    const b2 = attrs!['beta2'] as number;
    const [beta2, rest] = fedBeta2 ? ['beta2[0]', '(1 - beta2[0])'] : [String(b2), String(1 - b2)];
    const body = `
  let g = gradient[i];
  let first = ${beta1} * m[i] + ${1 - beta1} * g;
  let second = ${beta2} * v[i] + ${rest} * (g * g);
  nextWeight[i] = weight[i] - first * stepSize[0] / (sqrt(second) + epsilon[0]);
  nextM[i] = first;
  nextV[i] = second;`;
    const { shape } = weight!;
    return dispatch(backend, {
      inputs: {
        weight: weight!,
        m: m!,
        v: v!,
        gradient: gradient!,
        stepSize: stepSize!,
        epsilon: epsilon!,
        ...(fedBeta2 && { beta2: fedBeta2 }),
      },
      outputs: { nextWeight: { shape }, nextM: { shape }, nextV: { shape } },
      ...forEach(elementCount(shape), body),
    });
  },
};
