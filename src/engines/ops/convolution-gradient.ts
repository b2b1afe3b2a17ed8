// The gradient of Conv2DBackpropFilter, which tfjs lacks and gradient penalties need.
import {
  type backend_util,
  Conv2DBackpropFilter,
  conv2d,
  conv2dTranspose,
  type GradConfig,
  type NamedAttrMap,
  type Tensor4D,
} from '@tensorflow/tfjs-core';

interface ConvolutionAttributes {
  strides: number | [number, number];
  pad: 'valid' | 'same' | number | backend_util.ExplicitPadding;
  dimRoundingMode?: 'floor' | 'round' | 'ceil';
}

/**
 * dw[k] = sum_{n, o} x[n, s o + k - p] dy[n, o] is linear in both. With ddw as the filter, the gradient for dy is the convolution, and
 * the gradient for x is the convolution's input gradient. x: [B, H, W, C], dy: [B, h, w, F], ddw: [kh, kw, C, F].
 */
export const filterGradientGradient: GradConfig = {
  kernelName: Conv2DBackpropFilter,
  inputsToSave: ['x', 'dy'],
  gradFunc: (gradient, saved, attributes) => {
    const ddw = gradient as Tensor4D;
    const [x, dy] = saved as [Tensor4D, Tensor4D];
    const { strides, pad, dimRoundingMode } = attributes as NamedAttrMap & ConvolutionAttributes;
    return {
      x: () => conv2dTranspose(dy, ddw, x.shape, strides, pad, dimRoundingMode),
      dy: () => conv2d(x, ddw, strides, pad, 'NHWC', 1, dimRoundingMode),
    };
  },
};
