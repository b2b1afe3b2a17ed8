// The input gradient of a convolution, which is also the transposed convolution, as matrix products. With stride s and padding p,
// dx[i] = sum over o, k with s o + k - p = i of dy[o] w[k]. Every s-th row and column of dx, one phase, is a convolution of dy with
// stride 1 and every s-th tap: with i = s t + a and o = t + d, k = a + p - s d.
import type { BackendWasm } from '@tensorflow/tfjs-backend-wasm';
import type { Tensor4D, TensorInfo } from '@tensorflow/tfjs-core';
import { tile } from '../../../wasm/gemm-tile.ts';
import { gemm, offsets } from '../gemm.ts';
import type { AxisGeometry, Geometry, Shape4D } from './convolution.ts';
import { withZeros } from './direct-convolution.ts';

/**
 * dx: [B, H, W, C] of dy: [B, h, w, F] and w: [kh, kw, C, F]. With few channels, all phases become columns of one product, although
 * some of their taps are zeros; a product per phase would leave most columns of a tile unused.
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
  const mergePhases = isEven && channels <= tile.columns / 2;
  const down = phasesOf(height, kernelHeight, rows, mergePhases);
  const across = phasesOf(width, kernelWidth, columns, mergePhases);
  const [above, before] = [
    zerosAround(down.map(pixelRange), height.outputs),
    zerosAround(across.map(pixelRange), width.outputs),
  ];
  const [aboveTaps, beforeTaps] = [
    zerosAround(down.map(tapRange), kernelHeight),
    zerosAround(across.map(tapRange), kernelWidth),
  ];
  const gradient = withZeros(dy, above, before);
  const taps = withZeros(w, aboveTaps, beforeTaps, 0);
  const dx = backend.makeOutput(shape, 'float32');
  const isWhole = [...down, ...across].every(({ first, last }) => first <= last);
  if (!isWhole) (backend.typedArrayFromHeap(dx) as Float32Array).fill(0); // a kernel smaller than the stride skips pixels

  // Row strides of dx, dy and w; their column strides are channels, filters and wColumn.
  const [dxRow, dyRow, wColumn] = [columns * channels, gradient.shape[2] * filters, channels * filters];
  const wRow = taps.shape[1] * wColumn;
  for (const row of down) {
    for (const column of across) {
      const [offsetsDown, offsetsAcross] = [row.last - row.first + 1, column.last - column.first + 1];
      if (offsetsDown <= 0 || offsetsAcross <= 0) continue;
      const pixels = {
        values: dx,
        start: row.phase * dxRow + column.phase * channels,
        rows: offsets(
          [batch, rows * dxRow],
          [row.pixels, height.stride * dxRow],
          [column.pixels, width.stride * channels],
        ),
        columns: offsets([row.phases, dxRow], [column.phases, channels], [channels, 1]),
      };
      const windows = {
        values: gradient,
        start: (row.first + above[0]) * dyRow + (column.first + before[0]) * filters,
        rows: offsets([batch, gradient.shape[1] * dyRow], [row.pixels, dyRow], [column.pixels, filters]),
        columns: offsets([offsetsDown, dyRow], [offsetsAcross, filters], [filters, 1]),
      };
      const kernels = {
        values: taps,
        start: (row.tap + aboveTaps[0]) * wRow + (column.tap + beforeTaps[0]) * wColumn,
        rows: offsets([offsetsDown, -height.stride * wRow], [offsetsAcross, -width.stride * wColumn], [filters, 1]),
        columns: offsets([row.phases, wRow], [column.phases, wColumn], [channels, filters]),
      };
      gemm(backend, pixels, windows, kernels);
    }
  }
  if (gradient !== dy) gradient.dispose();
  if (taps !== w) taps.dispose();
  return dx;
}

/** Pixels a, s + a, 2 s + a, ... of one axis, for one phase a or several consecutive ones. */
interface Phases {
  phase: number;
  phases: number;
  pixels: number;
  /** Offsets d at which some of the phases have a tap; none if last < first. */
  first: number;
  last: number;
  /** The first phase's tap at the first offset, and the smallest and largest tap of any phase. */
  tap: number;
  minTap: number;
  maxTap: number;
}

/** The offsets d satisfy 0 <= a + p - s d < k. */
function phasesOf({ stride, before }: AxisGeometry, kernel: number, pixels: number, merge: boolean): Phases[] {
  const phases = merge ? stride : 1;
  return Array.from({ length: Math.min(stride, pixels) / phases }, (_, group): Phases => {
    const phase = group * phases;
    const first = Math.ceil((phase + before - kernel + 1) / stride);
    const last = Math.floor((phase + phases - 1 + before) / stride);
    return {
      ...{ phase, phases, first, last },
      pixels: Math.ceil((pixels - phase) / stride),
      tap: phase + before - stride * first,
      minTap: phase + before - stride * last,
      maxTap: phase + phases - 1 + before - stride * first,
    };
  });
}

/** The pixels of dy, and the taps, that phases read; both may reach beyond the edges. */
const pixelRange = ({ first, last, pixels }: Phases): Range => [first, pixels - 1 + last];
const tapRange = ({ minTap, maxTap }: Phases): Range => [minTap, maxTap];

type Range = [first: number, last: number];

/** The zero padding before and after `size` values that makes all ranges valid. */
function zerosAround(ranges: Range[], size: number): [number, number] {
  const nonEmpty = ranges.filter(([first, last]) => first <= last);
  const first = Math.min(0, ...nonEmpty.map(([first]) => first));
  const last = Math.max(size - 1, ...nonEmpty.map(([, last]) => last));
  return [-first, last - size + 1];
}
