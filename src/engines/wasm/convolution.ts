// What the two gradient kernels of a convolution know about it: strides and padding, out of tfjs's attributes. NHWC, no dilation.
import { backend_util, type NamedAttrMap } from '@tensorflow/tfjs-core';

interface ConvolutionAttributes {
  strides: number | [number, number];
  pad: 'valid' | 'same' | number | backend_util.ExplicitPadding;
  dimRoundingMode?: 'floor' | 'round' | 'ceil';
}

export type Shape4D = [number, number, number, number];

/** Stride and padding before and after, along one axis of the image. */
export interface AxisGeometry {
  stride: number;
  before: number;
  after: number;
}

/** Height and width of a convolution from an input `[B, H, W, C]` with a filter `[kh, kw, C, F]`. */
export function geometryOf(
  attrs: NamedAttrMap | undefined,
  inputShape: Shape4D,
  filterShape: Shape4D,
): { height: AxisGeometry; width: AxisGeometry } {
  const { strides, pad, dimRoundingMode } = attrs as NamedAttrMap & ConvolutionAttributes;
  const info = backend_util.computeConv2DInfo(inputShape, filterShape, strides, 1, pad, dimRoundingMode);
  return {
    height: { stride: info.strideHeight, before: info.padInfo.top, after: info.padInfo.bottom },
    width: { stride: info.strideWidth, before: info.padInfo.left, after: info.padInfo.right },
  };
}
