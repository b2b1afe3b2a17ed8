// Convolution kernels for the WASM backend: as direct matrix products, or in the frequency domain if that is faster.
import '@tensorflow/tfjs-backend-wasm';
import type { BackendWasm } from '@tensorflow/tfjs-backend-wasm';
import { Conv2D, Conv2DBackpropFilter, Conv2DBackpropInput, type Tensor4D } from '@tensorflow/tfjs-core';
import type { WasmKernel } from '../kernel.ts';
import { geometryOf, type Shape4D } from './convolution.ts';
import { convolve, filterGradient } from './direct-convolution.ts';
import { convolveByFrequency, filterGradientByFrequency, inputGradientByFrequency } from './frequency-convolution.ts';
import { frequencyPlan } from './frequency-rule.ts';
import { inputGradient } from './input-gradient.ts';

/** x `[B, H, W, C]`, filter `[kh, kw, C, F]` -> y `[B, h, w, F]`. */
const convolution: WasmKernel = {
  kernelName: Conv2D,
  kernelFunc: (call) => {
    const [x, filter] = [call.inputs['x'] as Tensor4D, call.inputs['filter'] as Tensor4D];
    const backend = call.backend as BackendWasm;
    const geometry = geometryOf(call.attrs, x.shape, filter.shape);
    const plan = frequencyPlan(x.shape, filter.shape, geometry);
    if (plan) return convolveByFrequency(backend, plan, x, filter);
    return convolve(backend, geometry, x, filter);
  },
};

/**
 * dy `[B, h, w, F]`, filter `[kh, kw, C, F]` -> dx `[B, H, W, C]`, which is also the transposed convolution. Supports any stride and
 * asymmetric padding, also if the convolution rounded down and never read the last rows.
 */
const inputGradientKernel: WasmKernel = {
  kernelName: Conv2DBackpropInput,
  kernelFunc: (call) => {
    const [dy, filter] = [call.inputs['dy'] as Tensor4D, call.inputs['filter'] as Tensor4D];
    const backend = call.backend as BackendWasm;
    const shape = call.attrs!['inputShape'] as Shape4D;
    const geometry = geometryOf(call.attrs, shape, filter.shape);
    const plan = frequencyPlan(shape, filter.shape, geometry);
    if (plan) return inputGradientByFrequency(backend, plan, dy, filter);
    return inputGradient(backend, geometry, dy, filter, shape);
  },
};

/** x `[B, H, W, C]`, dy `[B, h, w, F]` -> dw `[kh, kw, C, F]`, which tfjs's WASM backend lacks (tfjs issue 8474). */
const filterGradientKernel: WasmKernel = {
  kernelName: Conv2DBackpropFilter,
  kernelFunc: (call) => {
    const [x, dy] = [call.inputs['x'] as Tensor4D, call.inputs['dy'] as Tensor4D];
    const backend = call.backend as BackendWasm;
    const shape = call.attrs!['filterShape'] as Shape4D;
    const geometry = geometryOf(call.attrs, x.shape, shape);
    const plan = frequencyPlan(x.shape, shape, geometry);
    if (plan) return filterGradientByFrequency(backend, plan, x, dy);
    return filterGradient(backend, geometry, x, dy, shape);
  },
};

export const convolutionKernels: readonly WasmKernel[] = [convolution, inputGradientKernel, filterGradientKernel];
