// The gradient of a convolution's input, which is also the transposed convolution, as products of matrices. With stride s and padding p
// before, dx[i] = sum over o, k with s o + k - p = i of dy[o] w[k]. Every s-th row and column of dx, its phase, is a convolution of dy
// with stride 1 and every s-th tap: with i = s t + a and o = t + d it is k = a + p - s d.
import type { BackendWasm } from '@tensorflow/tfjs-backend-wasm';
import type { Tensor4D, TensorInfo } from '@tensorflow/tfjs-core';
import { tile } from '../../../wasm/gemm-tile.ts';
import { gemm, places } from '../gemm.ts';
import type { AxisGeometry, Geometry, Shape4D } from './convolution.ts';
import { withZeros } from './direct-convolution.ts';

/**
 * dx: [B, H, W, C] of dy: [B, h, w, F] and w: [kh, kw, C, F]. Few channels leave a tile's columns empty: then all phases are
 * columns of one product, though not each has all of its taps.
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
  const [above, before] = [
    zerosAround(down.map(pixelsSeen), height.outputs),
    zerosAround(across.map(pixelsSeen), width.outputs),
  ];
  const [aboveTaps, beforeTaps] = [
    zerosAround(down.map(tapsSeen), kernelHeight),
    zerosAround(across.map(tapsSeen), kernelWidth),
  ];
  const gradient = withZeros(dy, above, before);
  const taps = withZeros(w, aboveTaps, beforeTaps, 0);
  const dx = backend.makeOutput(shape, 'float32');
  const isWhole = [...down, ...across].every(({ first, last }) => first <= last);
  if (!isWhole) (backend.typedArrayFromHeap(dx) as Float32Array).fill(0); // the kernel is smaller than the stride

  // Steps through dx, dy and w from row to row; from column to column they are channels, filters and wColumn.
  const [dxRow, dyRow, wColumn] = [columns * channels, gradient.shape[2] * filters, channels * filters];
  const wRow = taps.shape[1] * wColumn;
  for (const row of down) {
    for (const column of across) {
      const [offsetsDown, offsetsAcross] = [row.last - row.first + 1, column.last - column.first + 1];
      if (offsetsDown <= 0 || offsetsAcross <= 0) continue;
      const pixels = {
        values: dx,
        start: row.phase * dxRow + column.phase * channels,
        rows: places(
          [batch, rows * dxRow],
          [row.pixels, height.stride * dxRow],
          [column.pixels, width.stride * channels],
        ),
        columns: places([row.phases, dxRow], [column.phases, channels], [channels, 1]),
      };
      const windows = {
        values: gradient,
        start: (row.first + above[0]) * dyRow + (column.first + before[0]) * filters,
        rows: places([batch, gradient.shape[1] * dyRow], [row.pixels, dyRow], [column.pixels, filters]),
        columns: places([offsetsDown, dyRow], [offsetsAcross, filters], [filters, 1]),
      };
      const kernels = {
        values: taps,
        start: (row.tap + aboveTaps[0]) * wRow + (column.tap + beforeTaps[0]) * wColumn,
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
  /** The first phase's at the first offset; the least and most of any phase at any offset. */
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

/** First and last pixel of dy, and taps, that phases look at, with those that do not exist. */
const pixelsSeen = ({ first, last, pixels }: Phases): Range => [first, pixels - 1 + last];
const tapsSeen = ({ leastTap, mostTap }: Phases): Range => [leastTap, mostTap];

type Range = [first: number, last: number];

/** How many zeros there must be before and after so many values for all ranges to be in them. */
function zerosAround(ranges: Range[], size: number): [number, number] {
  const real = ranges.filter(([first, last]) => first <= last);
  const first = Math.min(0, ...real.map(([first]) => first));
  const last = Math.max(size - 1, ...real.map(([, last]) => last));
  return [-first, last - size + 1];
}
