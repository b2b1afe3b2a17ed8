// A convolution and both of its gradients as products of matrices, out of the image, the filter and the output where they lie.
// With stride s, dilation d and padding p before, along both axes,
//   y[o] = sum_k x[s o + d k - p] w[k]    dw[k] = sum_o x[s o + d k - p] y[o]    dx[i] = sum over o, k with s o + k - p = i of y[o] w[k].
import type { BackendWasm } from '@tensorflow/tfjs-backend-wasm';
import { pad, type Tensor4D, type TensorInfo } from '@tensorflow/tfjs-core';
import type { AxisGeometry, Geometry, Shape4D } from './convolution.ts';
import { gemm, places } from './gemm.ts';
import { tile } from './gemm-code.ts';

/** y: [B, h, w, F] of x: [B, H, W, C] and w: [kh, kw, C, F]. */
export function convolve(backend: BackendWasm, geometry: Geometry, x: Tensor4D, w: Tensor4D): TensorInfo {
  const [kernelHeight, kernelWidth, , filters] = w.shape;
  const y = backend.makeOutput(outputShape(geometry, x.shape[0], filters), 'float32');
  const { pixels, taps, image } = windows(geometry, x, [kernelHeight, kernelWidth]);
  gemm(
    backend,
    { values: y, rows: places([pixels.length, filters]), columns: places([filters, 1]) },
    { values: image, rows: pixels, columns: taps },
    { values: w, rows: places([taps.length, filters]), columns: places([filters, 1]) },
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
    { values: dw, rows: places([taps.length, filters]), columns: places([filters, 1]) },
    { values: image, rows: taps, columns: pixels },
    { values: dy, rows: places([pixels.length, filters]), columns: places([filters, 1]) },
  );
  if (image !== x) image.dispose();
  return dw;
}

function outputShape({ height, width }: Geometry, batch: number, filters: number): Shape4D {
  return [batch, height.outputs, width.outputs, filters];
}

/** The padded image, and where in it the windows begin and what they see, both in order. */
function windows({ height, width }: Geometry, x: Tensor4D, kernel: [number, number]) {
  const image = withZeros(x, [height.before, height.after], [width.before, width.after]);
  const [batch, rows, columns, channels] = image.shape;
  const rowStep = columns * channels;
  return {
    image,
    pixels: places(
      [batch, rows * rowStep],
      [height.outputs, height.stride * rowStep],
      [width.outputs, width.stride * channels],
    ),
    taps: places([kernel[0], height.dilation * rowStep], [kernel[1], width.dilation * channels], [channels, 1]),
  };
}

/** x with zeros around its rows and columns, which are an axis and the one after it. */
function withZeros(x: Tensor4D, vertical: [number, number], horizontal: [number, number], axis = 1): Tensor4D {
  const sides = x.shape.map((): [number, number] => [0, 0]);
  sides[axis] = vertical;
  sides[axis + 1] = horizontal;
  return sides.flat().every((side) => side === 0) ? x : pad(x, sides);
}

/**
 * dx: [B, H, W, C] of dy: [B, h, w, F] and w: [kh, kw, C, F]. Every s-th row and column of dx, its phase, is a convolution of dy
 * with stride 1 and every s-th tap: with i = s t + a and o = t + d it is k = a + p - s d. Few channels leave a tile's columns
 * empty: then all phases are columns of one product, though not each has all of its taps.
 */
export function inputGradient(
  backend: BackendWasm,
  { height, width }: Geometry,
  dy: Tensor4D,
  w: Tensor4D,
  shape: Shape4D,
): TensorInfo {
  const [batch, rows, columns, channels] = shape;
  const [kernelHeight, kernelWidth, , filters] = w.shape;
  const isEven = rows % height.stride === 0 && columns % width.stride === 0;
  const together = isEven && channels <= tile.columns / 2;
  const down = phasesOf(height, kernelHeight, rows, together);
  const across = phasesOf(width, kernelWidth, columns, together);
  const [above, below] = zerosAround(
    down.map(({ first, last, pixels }) => [first, pixels - 1 + last]),
    height.outputs,
  );
  const [before, after] = zerosAround(
    across.map(({ first, last, pixels }) => [first, pixels - 1 + last]),
    width.outputs,
  );
  const [aboveTaps, belowTaps] = zerosAround(
    down.map(({ leastTap, mostTap }) => [leastTap, mostTap]),
    kernelHeight,
  );
  const [beforeTaps, afterTaps] = zerosAround(
    across.map(({ leastTap, mostTap }) => [leastTap, mostTap]),
    kernelWidth,
  );
  const gradient = withZeros(dy, [above, below], [before, after]);
  const taps = withZeros(w, [aboveTaps, belowTaps], [beforeTaps, afterTaps], 0);
  const dx = backend.makeOutput(shape, 'float32');
  const isWhole = [...down, ...across].every(({ first, last }) => first <= last);
  if (!isWhole) (backend.typedArrayFromHeap(dx) as Float32Array).fill(0); // the kernel is smaller than the stride

  const [dyRow, wColumn] = [gradient.shape[2] * filters, channels * filters];
  const wRow = taps.shape[1] * wColumn;
  for (const row of down) {
    for (const column of across) {
      const [offsetsDown, offsetsAcross] = [row.last - row.first + 1, column.last - column.first + 1];
      if (offsetsDown <= 0 || offsetsAcross <= 0) continue;
      const pixels = {
        values: dx,
        start: (row.phase * columns + column.phase) * channels,
        rows: places(
          [batch, rows * columns * channels],
          [row.pixels, height.stride * columns * channels],
          [column.pixels, width.stride * channels],
        ),
        columns: places([row.phases, columns * channels], [column.phases, channels], [channels, 1]),
      };
      const windows = {
        values: gradient,
        start: (row.first + above) * dyRow + (column.first + before) * filters,
        rows: places([batch, gradient.shape[1] * dyRow], [row.pixels, dyRow], [column.pixels, filters]),
        columns: places([offsetsDown, dyRow], [offsetsAcross, filters], [filters, 1]),
      };
      const kernels = {
        values: taps,
        start: (row.tap + aboveTaps) * wRow + (column.tap + beforeTaps) * wColumn,
        rows: places([offsetsDown, -height.stride * wRow], [offsetsAcross, -width.stride * wColumn], [filters, 1]),
        columns: places([row.phases, wRow], [column.phases, wColumn], [channels, filters]),
      };
      gemm(backend, pixels, windows, kernels);
    }
  }
  if (gradient !== dy) gradient.dispose();
  if (taps !== w) taps.dispose();
  return dx;
}

/** Pixels a, s + a, 2 s + a, ... of one axis, for one phase a or several in a row. */
interface Phases {
  phase: number;
  phases: number;
  pixels: number;
  /** Offsets d at which some of the phases have a tap; none if the last is before the first. */
  first: number;
  last: number;
  /** Of the first phase at the first offset; and all that any phase has at any offset, with those that do not exist. */
  tap: number;
  leastTap: number;
  mostTap: number;
}

/** The offsets d are those with 0 <= a + p - s d < k. */
function phasesOf({ stride, before }: AxisGeometry, kernel: number, pixels: number, together: boolean): Phases[] {
  const phases = together ? stride : 1;
  return Array.from({ length: Math.min(stride, pixels) / phases }, (_, group): Phases => {
    const phase = group * phases;
    const first = Math.ceil((phase + before - kernel + 1) / stride);
    const last = Math.floor((phase + phases - 1 + before) / stride);
    return {
      ...{ phase, phases, first, last },
      pixels: Math.ceil((pixels - phase) / stride),
      tap: phase + before - stride * first,
      leastTap: phase + before - stride * last,
      mostTap: phase + phases - 1 + before - stride * first,
    };
  });
}

/** How many zeros there must be before and after so many values for all ranges to be in them. */
function zerosAround(ranges: [number, number][], size: number): [number, number] {
  const real = ranges.filter(([first, last]) => first <= last);
  const first = Math.min(0, ...real.map(([first]) => first));
  const last = Math.max(size - 1, ...real.map(([, last]) => last));
  return [-first, last - size + 1];
}
