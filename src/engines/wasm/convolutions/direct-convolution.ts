// A convolution and its filter gradient as one matrix product each, without im2col copies. With stride s, dilation d and padding p,
// along both axes, y[o] = sum_k x[s o + d k - p] w[k] and dw[k] = sum_o x[s o + d k - p] dy[o].
import type { BackendWasm } from '@tensorflow/tfjs-backend-wasm';
import { pad, type Tensor4D, type TensorInfo } from '@tensorflow/tfjs-core';
import { gemm, offsets } from '../gemm.ts';
import type { Geometry, Shape4D } from './convolution.ts';

/** y: [B, h, w, F] of x: [B, H, W, C] and w: [kh, kw, C, F]. */
export function convolve(backend: BackendWasm, geometry: Geometry, x: Tensor4D, w: Tensor4D): TensorInfo {
  const [kernelHeight, kernelWidth, , filters] = w.shape;
  const y = backend.makeOutput(outputShape(geometry, x.shape[0], filters), 'float32');
  const { pixels, taps, image } = windows(geometry, x, [kernelHeight, kernelWidth]);
  gemm(
    backend,
    { values: y, rows: offsets([pixels.length, filters]), columns: offsets([filters, 1]) },
    { values: image, rows: pixels, columns: taps },
    { values: w, rows: offsets([taps.length, filters]), columns: offsets([filters, 1]) },
  );
  if (image !== x) image.dispose();
  return y;
}

/** dw: [kh, kw, C, F] of x: [B, H, W, C] and dy: [B, h, w, F]. */
export function filterGradient(
  backend: BackendWasm,
  geometry: Geometry,
  x: Tensor4D,
  dy: Tensor4D,
  shape: Shape4D,
): TensorInfo {
  const [kernelHeight, kernelWidth, , filters] = shape;
  const dw = backend.makeOutput(shape, 'float32');
  const { pixels, taps, image } = windows(geometry, x, [kernelHeight, kernelWidth]);
  gemm(
    backend,
    { values: dw, rows: offsets([taps.length, filters]), columns: offsets([filters, 1]) },
    { values: image, rows: taps, columns: pixels },
    { values: dy, rows: offsets([pixels.length, filters]), columns: offsets([filters, 1]) },
  );
  if (image !== x) image.dispose();
  return dw;
}

function outputShape({ height, width }: Geometry, batch: number, filters: number): Shape4D {
  return [batch, height.outputs, width.outputs, filters];
}

/** The padded image, the offsets in it of each output's window, and of each tap within a window. */
function windows({ height, width }: Geometry, x: Tensor4D, kernel: [number, number]) {
  const image = withZeros(x, [height.before, height.after], [width.before, width.after]);
  const [batch, rows, columns, channels] = image.shape;
  const rowStep = columns * channels;
  return {
    image,
    pixels: offsets(
      [batch, rows * rowStep],
      [height.outputs, height.stride * rowStep],
      [width.outputs, width.stride * channels],
    ),
    taps: offsets([kernel[0], height.dilation * rowStep], [kernel[1], width.dilation * channels], [channels, 1]),
  };
}

/** Zero-pads rows and columns, which are `axis` and the axis after it. */
export function withZeros(x: Tensor4D, vertical: [number, number], horizontal: [number, number], axis = 1): Tensor4D {
  const sides = x.shape.map((): [number, number] => [0, 0]);
  sides[axis] = vertical;
  sides[axis + 1] = horizontal;
  return sides.flat().every((side) => side === 0) ? x : pad(x, sides);
}
