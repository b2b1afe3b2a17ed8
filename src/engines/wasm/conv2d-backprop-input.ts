// The gradient of a convolution's input, which is also the transposed convolution, as ordinary convolutions of stride 1:
// so XNNPACK computes it. tfjs's own WASM kernel is a plain loop on one thread, about ten times slower.
import {
  add,
  Conv2DBackpropInput,
  concat,
  conv2d,
  engine,
  fill,
  pad,
  reshape,
  slice,
  type Tensor3D,
  type Tensor4D,
  tidy,
} from '@tensorflow/tfjs-core';
import { type AxisGeometry, geometryOf, type Shape4D } from './convolution.ts';
import { makeOutput, valuesOf, type WasmKernel } from './kernel.ts';
import { fillPhaseFilter, type Offsets, offsetsOf, type PhaseFilter, phaseFilterShape } from './phase-filter.ts';

/*
 * With stride s and padding p before, the convolution is y[o] = sum_k x[s o + k - p] w[k], so
 *
 *     dx[i] = sum over o, k with s o + k - p = i of dy[o] w[k].
 *
 * Write i = s t + a with the phase a = 0..s-1, and o = t + d: then k = a + p - s d. For one phase,
 *
 *     dx[s t + a] = sum_d dy[t + d] w[a + p - s d]
 *
 * is a convolution of dy with stride 1, whose taps are every s-th of w, backwards. Each phase of the rows and columns is one
 * such convolution. Few channels leave vectors empty: there the phases of the columns are the output channels of one convolution,
 * though not all of them have all of its taps. Either way a row of dx is [B, h', w', s C] = [B, h', s w', C].
 */

const fewChannels = 8; // a vector of XNNPACK's has as many

/** What every phase's convolution needs of the whole. */
interface Plan {
  backend: unknown;
  dy: Tensor4D; // [B, h, w, F]
  filter: Tensor4D; // [kh, kw, C, F]
  height: AxisGeometry;
  width: AxisGeometry;
  /** h' and w': how many t there are along each axis. */
  rows: number;
  columns: number;
}

/**
 * dy `[B, h, w, F]`, filter `[kh, kw, C, F]` -> dx `[B, H, W, C]`. Any stride, explicit asymmetric padding, also where the
 * convolution rounded down and never read the last rows.
 */
export const conv2dBackpropInput: WasmKernel = {
  kernelName: Conv2DBackpropInput,
  kernelFunc: ({ inputs, attrs, backend }) => {
    const dy = inputs['dy'] as Tensor4D;
    const filter = inputs['filter'] as Tensor4D;
    const inputShape = attrs!['inputShape'] as Shape4D;
    const { height, width } = geometryOf(attrs, inputShape, filter.shape);
    const rows = Math.ceil(inputShape[1] / height.stride);
    const columns = Math.ceil(inputShape[2] / width.stride);
    const plan: Plan = { backend, dy, filter, height, width, rows, columns };
    return tidy(() => {
      const phases = range(height.stride).map((phase) => rowPhase(plan, phase));
      return crop(interleaveRows(plan, phases), inputShape);
    });
  },
};

/** Rows a, s + a, 2 s + a, ... of dx: [B, h', w' s C]. */
function rowPhase(plan: Plan, phase: number): Tensor3D {
  const { dy, filter, width, rows, columns } = plan;
  const channels = filter.shape[2];
  const columnPhases = range(width.stride);
  const groups = channels < fewChannels ? [columnPhases] : columnPhases.map((each) => [each]);
  const parts = groups.map((group) => somePhases(plan, phase, group));
  const image = parts.length === 1 ? parts[0]! : sideBySide(parts);
  return reshape(image, [dy.shape[0], rows, columns * width.stride * channels]);
}

/** One phase of the rows and some of the columns: [B, h', w', phases C]. */
function somePhases(plan: Plan, phase: number, columnPhases: readonly number[]): Tensor4D {
  const { dy, filter, height, width, rows, columns } = plan;
  const [kernelHeight, kernelWidth, channels] = filter.shape;
  const down = offsetsOf([phase], height, kernelHeight);
  const across = offsetsOf(columnPhases, width, kernelWidth);
  if (down.count === 0 || across.count === 0) {
    return fill([dy.shape[0], rows, columns, columnPhases.length * channels], 0); // the kernel is smaller than the stride
  }
  const description = { rowPhase: phase, columnPhases, filterShape: filter.shape, height, width, down, across };
  return convolveFrom(dy, phaseFilter(plan, description), [down, rows], [across, columns]);
}

/** [..., C] each -> [..., n C]. With zeros at the others' places they can be added, which XNNPACK does. */
function sideBySide(parts: readonly Tensor4D[]): Tensor4D {
  const channels = parts[0]!.shape[3];
  const alone = parts.map((part, index): Tensor4D => {
    const sides: [number, number] = [index * channels, (parts.length - 1 - index) * channels];
    return pad(part, [[0, 0], [0, 0], [0, 0], sides]); // biome-ignore format: a table of sides
  });
  return alone.reduce((sum, part) => add(sum, part));
}

function phaseFilter({ backend, filter }: Plan, description: PhaseFilter): Tensor4D {
  const output = makeOutput(backend, phaseFilterShape(description));
  fillPhaseFilter(valuesOf(backend, output), valuesOf(backend, filter), description);
  return engine().makeTensorFromTensorInfo(output) as Tensor4D;
}

/** Convolution with stride 1 whose output t = 0 .. count - 1 reads x[t + d] at offset d; outside of x there are zeros. */
function convolveFrom(
  x: Tensor4D,
  filter: Tensor4D,
  [down, rows]: [Offsets, number],
  [across, columns]: [Offsets, number],
): Tensor4D {
  const [batch, height, width, channels] = x.shape;
  const [top, bottom] = [-down.first, rows + down.first + down.count - 1 - height];
  const [left, right] = [-across.first, columns + across.first + across.count - 1 - width];
  const outside = (side: number) => Math.max(side, 0); // zeros to add
  const unread = (side: number) => Math.max(-side, 0); // values that no output reads
  const begin = [0, unread(top), unread(left), 0];
  const size: Shape4D = [batch, height - begin[1]! - unread(bottom), width - begin[2]! - unread(right), channels];
  return conv2d(crop(x, size, begin), filter, 1, [
    [0, 0],
    [outside(top), outside(bottom)],
    [outside(left), outside(right)],
    [0, 0],
  ]);
}

/** Phase a's row t becomes row s t + a: [B, h', w' s C] each -> [B, s h', s w', C]. */
function interleaveRows({ filter, height, width, rows, columns }: Plan, phases: Tensor3D[]): Tensor4D {
  const image = phases.length === 1 ? phases[0]! : concat(phases, 2);
  return reshape(image, [-1, rows * height.stride, columns * width.stride, filter.shape[2]]);
}

function crop(x: Tensor4D, shape: Shape4D, begin: number[] = [0, 0, 0, 0]): Tensor4D {
  return x.shape.every((size, axis) => size === shape[axis]) ? x : slice(x, begin, shape);
}

function range(count: number): number[] {
  return Array.from({ length: count }, (_, i) => i);
}
