// A convolution's strides, padding and output size from tfjs's attributes (NHWC).
import { backend_util, type NamedAttrMap } from '@tensorflow/tfjs-core';

interface ConvolutionAttributes {
  strides: number | [number, number];
  dilations?: number | [number, number];
  pad: 'valid' | 'same' | number | backend_util.ExplicitPadding;
  dimRoundingMode?: 'floor' | 'round' | 'ceil';
}

export type Shape4D = [number, number, number, number];

/** One axis of the image. */
export interface AxisGeometry {
  stride: number;
  dilation: number;
  /** Padding before the first pixel. */
  before: number;
  after: number;
  /** Size of the convolution's output. */
  outputs: number;
}

export interface Geometry {
  height: AxisGeometry;
  width: AxisGeometry;
}

/** Height and width of a convolution from an input `[B, H, W, C]` with a filter `[kh, kw, C, F]`. */
export function geometryOf(attrs: NamedAttrMap | undefined, inputShape: Shape4D, filterShape: Shape4D): Geometry {
  const { strides, dilations = 1, pad, dimRoundingMode } = attrs as NamedAttrMap & ConvolutionAttributes;
  const info = backend_util.computeConv2DInfo(inputShape, filterShape, strides, dilations, pad, dimRoundingMode);
  return {
    height: {
      stride: info.strideHeight,
      dilation: info.dilationHeight,
      before: info.padInfo.top,
      after: info.padInfo.bottom,
      outputs: info.outHeight,
    },
    width: {
      stride: info.strideWidth,
      dilation: info.dilationWidth,
      before: info.padInfo.left,
      after: info.padInfo.right,
      outputs: info.outWidth,
    },
  };
}
