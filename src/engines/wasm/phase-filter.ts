// The taps that some phases of a strided convolution's input see, as the filter of a convolution of stride 1.
// conv2d-backprop-input.ts has the formula: along each axis tap k = a + p - s d stands at offset d.
import type { AxisGeometry, Shape4D } from './convolution.ts';

/** The offsets d = first, first + 1, ..., count of them. */
export interface Offsets {
  first: number;
  count: number;
}

/** The offsets at which some of the phases a have a tap: the solutions d of 0 <= a + p - s d < k. */
export function offsetsOf(phases: readonly number[], { stride, before }: AxisGeometry, kernelSize: number): Offsets {
  const ranges = phases
    .map((phase) => ({
      low: Math.ceil((phase + before - kernelSize + 1) / stride),
      high: Math.floor((phase + before) / stride),
    }))
    .filter(({ low, high }) => low <= high);
  if (ranges.length === 0) return { first: 0, count: 0 };
  const first = Math.min(...ranges.map(({ low }) => low));
  return { first, count: Math.max(...ranges.map(({ high }) => high)) - first + 1 };
}

export interface PhaseFilter {
  /** Phase of the rows, and those of the columns that the filter has side by side, as output channels. */
  rowPhase: number;
  columnPhases: readonly number[];
  /** Shape of the convolution's filter: [kh, kw, C, F]. */
  filterShape: Shape4D;
  height: AxisGeometry;
  width: AxisGeometry;
  down: Offsets;
  across: Offsets;
}

/** `[offsets down, offsets across, F, phases C]`, the last axis column phase by column phase. */
export function phaseFilterShape({ filterShape, columnPhases, down, across }: PhaseFilter): Shape4D {
  const [, , channels, filters] = filterShape;
  return [down.count, across.count, filters, columnPhases.length * channels];
}

/** Fills a phase's filter from the convolution's filter, both flat. Where there is no tap there are zeros. */
export function fillPhaseFilter(to: Float32Array, from: Float32Array, phaseFilter: PhaseFilter): void {
  const { rowPhase, columnPhases, filterShape, height, width, down, across } = phaseFilter;
  const [kernelHeight, kernelWidth, channels, filters] = filterShape;
  const [, , , outputs] = phaseFilterShape(phaseFilter);
  to.fill(0);
  for (let i = 0; i < down.count; i++) {
    const row = rowPhase + height.before - height.stride * (down.first + i);
    for (let offset = 0; offset < across.count; offset++) {
      for (const [index, phase] of columnPhases.entries()) {
        const column = phase + width.before - width.stride * (across.first + offset);
        if (row < 0 || row >= kernelHeight || column < 0 || column >= kernelWidth) continue;
        const tap = from.subarray((row * kernelWidth + column) * channels * filters);
        const place = to.subarray((i * across.count + offset) * filters * outputs + index * channels);
        transposeInto(place, outputs, tap, channels, filters);
      }
    }
  }
}

/** from [rows, columns] -> to [columns, rows], whose rows stand `stride` values apart. */
function transposeInto(to: Float32Array, stride: number, from: Float32Array, rows: number, columns: number): void {
  for (let column = 0; column < columns; column++) {
    for (let row = 0; row < rows; row++) to[column * stride + row] = from[row * columns + column]!;
  }
}
