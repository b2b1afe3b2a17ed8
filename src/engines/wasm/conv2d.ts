// The convolution: tfjs's own kernel, which is XNNPACK's, or fewer products by frequencies where that is faster.
import '@tensorflow/tfjs-backend-wasm';
import type { BackendWasm } from '@tensorflow/tfjs-backend-wasm';
import { Conv2D, getKernel, type Tensor4D, tidy } from '@tensorflow/tfjs-core';
import { geometryOf } from './convolution.ts';
import { convolveByFrequency } from './frequency-convolution.ts';
import { frequencySizes } from './frequency-rule.ts';
import type { WasmKernel } from './kernel.ts';

const stock = getKernel(Conv2D, 'wasm')!;

/** x `[B, H, W, C]`, filter `[kh, kw, C, F]` -> y `[B, h, w, F]`. */
export const conv2dKernel: WasmKernel = {
  ...stock,
  kernelFunc: (call) => {
    const [x, filter] = [call.inputs['x'] as Tensor4D, call.inputs['filter'] as Tensor4D];
    const sizes = frequencySizes(x.shape, filter.shape, geometryOf(call.attrs, x.shape, filter.shape));
    if (!sizes) return stock.kernelFunc(call);
    return tidy(() => convolveByFrequency(call.backend as BackendWasm, sizes, x, filter));
  },
};
