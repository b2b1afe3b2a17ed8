// The gradient of a convolution's filter, which tfjs's WASM backend lacks (tfjs issue 8474), as one dilated convolution:
// so XNNPACK computes it, with SIMD and on all threads.
import type { BackendWasm } from '@tensorflow/tfjs-backend-wasm';
import {
  type backend_util,
  Conv2DBackpropFilter,
  conv2d,
  reshape,
  slice,
  type Tensor4D,
  tidy,
  transpose,
} from '@tensorflow/tfjs-core';
import { geometryOf, type Shape4D } from './convolution.ts';
import { filterGradientByFrequency } from './frequency-convolution.ts';
import { frequencySizes } from './frequency-rule.ts';
import type { WasmKernel } from './kernel.ts';

/**
 * x `[B, H, W, C]`, dy `[B, h, w, F]` -> dw `[kh, kw, C, F]`. With stride s and padding p before, the convolution is
 * y[o] = sum_k x[s o + k - p] w[k], so
 *
 *     dw[k] = sum_{n, o} x[n, k + s o - p] dy[n, o]
 *
 * which is a convolution too: of x, with the batch as its channels, by dy, whose taps stand s apart.
 */
export const conv2dBackpropFilter: WasmKernel = {
  kernelName: Conv2DBackpropFilter,
  kernelFunc: ({ inputs, attrs, backend }) => {
    const x = inputs['x'] as Tensor4D;
    const dy = inputs['dy'] as Tensor4D;
    const filterShape = attrs!['filterShape'] as Shape4D;
    const [kernelHeight, kernelWidth, channels, filters] = filterShape;
    const { height, width } = geometryOf(attrs, x.shape, filterShape);
    const sizes = frequencySizes(x.shape, filterShape, { height, width });
    if (sizes) return tidy(() => filterGradientByFrequency(backend as BackendWasm, sizes, x, dy));
    return tidy(() => {
      const images = channelsFirstBatchLast(x); // [C, H, W, B]
      const taps = transpose(dy, [1, 2, 0, 3]); // [h, w, B, F]
      const padding: backend_util.ExplicitPadding = [
        [0, 0],
        [height.before, height.after],
        [width.before, width.after],
        [0, 0],
      ];
      const sums = conv2d(images, taps as Tensor4D, 1, padding, 'NHWC', [height.stride, width.stride]);
      // Where the forward convolution rounded down there are sums for taps beyond the kernel: [C, >= kh, >= kw, F].
      const gradient = slice(sums, [0, 0, 0, 0], [channels, kernelHeight, kernelWidth, filters]);
      return transpose(gradient, [1, 2, 0, 3]); // [kh, kw, C, F]
    });
  },
};

/** [B, H, W, C] -> [C, H, W, B]. In two steps, by a matrix and by whole rows, as tfjs is up to four times slower in one. */
function channelsFirstBatchLast(x: Tensor4D): Tensor4D {
  const [batch, height, width, channels] = x.shape;
  const batchLast = transpose(reshape(x, [batch, height * width * channels]));
  const images = transpose(reshape(batchLast, [height * width, channels, batch]), [1, 0, 2]);
  return reshape(images, [channels, height, width, batch]);
}
