// Convolutions in the frequency domain: a matrix product per frequency, between transforms that are matrix products themselves. A 5 x 5
// kernel on 7 x 7 pixels takes a tenth of the multiplications, with stride 2 half.
import type { BackendWasm } from '@tensorflow/tfjs-backend-wasm';
import { engine, keep, pad, slice, type Tensor4D, type TensorInfo, tensor2d } from '@tensorflow/tfjs-core';
import { rankOf, type Sizes, transformSides, transformsOf } from '../../frequencies.ts';
import { gemm, type Matrices, offsets } from '../gemm.ts';
import type { Shape4D } from './convolution.ts';
import type { FrequencyPlan } from './frequency-rule.ts';

/** y: [B, h, w, F] of x: [B, H, W, C] and w: [kh, kw, C, F]. */
export function convolveByFrequency(backend: BackendWasm, plan: FrequencyPlan, x: Tensor4D, w: Tensor4D): TensorInfo {
  const taps = padded(w, plan);
  const [image, kernel] = [inputSide(plan, x.shape), kernelSide(plan, taps.shape)];
  const output = outputSide(plan, x.shape[0], w.shape[3]);
  const y = multiply(backend, { ...image, values: x }, { ...kernel, values: taps }, output);
  if (taps !== w) taps.dispose();
  return y;
}

/** dx: [B, H, W, C] of dy: [B, h, w, F] and w: [kh, kw, C, F]. */
export function inputGradientByFrequency(
  backend: BackendWasm,
  plan: FrequencyPlan,
  dy: Tensor4D,
  w: Tensor4D,
): TensorInfo {
  const { strides, sizes } = plan;
  const taps = padded(w, plan);
  const [output, kernel] = [outputSide(plan, dy.shape[0], dy.shape[3]), kernelSide(plan, taps.shape)];
  const [height, width] = [sizes.input[0] * strides[0], sizes.input[1] * strides[1]];
  const image = inputSide(plan, [dy.shape[0], height, width, w.shape[2]]);
  const dx = multiply(backend, { ...output, values: dy }, transposed({ ...kernel, values: taps }), image);
  if (taps !== w) taps.dispose();
  return dx;
}

/** dw: [kh, kw, C, F] of x: [B, H, W, C] and dy: [B, h, w, F]. */
export function filterGradientByFrequency(
  backend: BackendWasm,
  plan: FrequencyPlan,
  x: Tensor4D,
  dy: Tensor4D,
): TensorInfo {
  const { strides, sizes, zeros } = plan;
  const [image, output] = [inputSide(plan, x.shape), outputSide(plan, dy.shape[0], dy.shape[3])];
  const [height, width] = [sizes.taps[0] * strides[0], sizes.taps[1] * strides[1]];
  const kernel = kernelSide(plan, [height, width, x.shape[3], dy.shape[3]]);
  const dw = multiply(backend, transposed({ ...image, values: x }), { ...output, values: dy }, kernel);
  if (zeros.flat().every((side) => side === 0)) return dw;
  const taps = engine().makeTensorFromTensorInfo(dw) as Tensor4D;
  const begin = [zeros[0][0], zeros[1][0], 0, 0];
  const gradient = slice(taps, begin, [height - begin[0]! - zeros[0][1], width - begin[1]! - zeros[1][1], -1, -1]);
  taps.dispose();
  return gradient;
}

function padded(w: Tensor4D, { zeros }: FrequencyPlan): Tensor4D {
  return zeros.flat().every((side) => side === 0) ? w : pad(w, [...zeros, [0, 0], [0, 0]]);
}

/** A tensor as a batch of matrices, one per pixel or tap. */
interface Side {
  shape: Shape4D;
  /** Offset of each matrix in the tensor. */
  matrixOffsets: Int32Array;
  /** Offset of each element within a matrix. */
  elementOffsets: Int32Array;
  rows: number;
  columns: number;
  /** [rank, pixels or taps]: transforms to frequencies, and transposed back. */
  transform: TensorInfo;
}

/** Matrices [B, phases C]. */
function inputSide({ sizes, strides: [down, across] }: FrequencyPlan, shape: Shape4D): Side {
  const [batch, height, width, channels] = shape;
  const row = width * channels;
  return {
    shape,
    matrixOffsets: offsets([sizes.input[0], down * row], [sizes.input[1], across * channels]),
    elementOffsets: offsets([batch, height * row], [down, row], [across, channels], [channels, 1]),
    rows: batch,
    columns: down * across * channels,
    transform: matricesOf(sizes).input,
  };
}

/** Matrices [phases C, F] of the zero-padded kernel. */
function kernelSide({ sizes, strides: [down, across] }: FrequencyPlan, shape: Shape4D): Side {
  const [, width, channels, filters] = shape;
  const tap = channels * filters;
  return {
    shape,
    matrixOffsets: offsets([sizes.taps[0], down * width * tap], [sizes.taps[1], across * tap]),
    elementOffsets: offsets([down, width * tap], [across, tap], [tap, 1]),
    rows: down * across * channels,
    columns: filters,
    transform: matricesOf(sizes).taps,
  };
}

/** Matrices [B, F]. */
function outputSide({ sizes }: FrequencyPlan, batch: number, filters: number): Side {
  const [height, width] = sizes.output;
  return {
    shape: [batch, height, width, filters],
    matrixOffsets: offsets([height * width, filters]),
    elementOffsets: offsets([batch, height * width * filters], [filters, 1]),
    rows: batch,
    columns: filters,
    transform: matricesOf(sizes).output,
  };
}

type Factor = Side & { values: TensorInfo; isTransposed?: true };

function transposed(factor: Factor): Factor {
  return { ...factor, isTransposed: true };
}

/** left [m, k] times right [k, n] at every frequency. */
function multiply(backend: BackendWasm, left: Factor, right: Factor, result: Side): TensorInfo {
  const [a, b] = [spectrum(backend, left), spectrum(backend, right)];
  const rank = result.transform.shape[0]!;
  const size = result.rows * result.columns;
  const batchStride = strideFor(size);
  const product = backend.makeOutput([rank, batchStride], 'float32');
  const entries = { rows: offsets([result.rows, result.columns]), columns: offsets([result.columns, 1]) };
  gemm(backend, { values: product, batchStride, ...entries }, a, b, rank);
  const values = backend.makeOutput(result.shape, 'float32');
  const count = result.matrixOffsets.length;
  gemm(
    backend,
    { values, rows: result.matrixOffsets, columns: result.elementOffsets },
    { values: result.transform, rows: offsets([count, 1]), columns: offsets([rank, count]) },
    { values: product, rows: offsets([rank, batchStride]), columns: offsets([size, 1]) },
  );
  for (const { dataId } of [a.values, b.values, product]) backend.disposeData(dataId);
  return values;
}

/** A matrix per frequency. */
function spectrum(backend: BackendWasm, factor: Factor): Matrices {
  const { values, matrixOffsets, elementOffsets, transform, rows, columns, isTransposed } = factor;
  const [rank, count] = [transform.shape[0]!, matrixOffsets.length];
  const batchStride = strideFor(elementOffsets.length);
  const frequencies = backend.makeOutput([rank, batchStride], 'float32');
  gemm(
    backend,
    { values: frequencies, rows: offsets([rank, batchStride]), columns: offsets([elementOffsets.length, 1]) },
    { values: transform, rows: offsets([rank, count]), columns: offsets([count, 1]) },
    { values, rows: matrixOffsets, columns: elementOffsets },
  );
  const [down, along] = [offsets([rows, columns]), offsets([columns, 1])];
  const entries = isTransposed ? { rows: along, columns: down } : { rows: down, columns: along };
  return { values: frequencies, batchStride, ...entries };
}

/** An odd multiple of 64 bytes, so that the same element of all frequencies is spread over the cache's sets. */
function strideFor(size: number): number {
  return size + ((((16 - size) % 32) + 32) % 32);
}

type TransformMatrices = Record<'input' | 'taps' | 'output', TensorInfo>;

const known = new Map<string, TransformMatrices>();

/** Never freed, as they are few and small. */
function matricesOf(sizes: Sizes): TransformMatrices {
  const key = JSON.stringify(sizes);
  const matrices = known.get(key) ?? makeMatrices(sizes);
  known.set(key, matrices);
  return matrices;
}

function makeMatrices(sizes: Sizes): TransformMatrices {
  const { input, taps, output } = transformsOf(sizes);
  const rank = rankOf(transformSides(sizes));
  const kept = (values: Float32Array) => keep(tensor2d(values, [rank, values.length / rank]));
  return { input: kept(input), taps: kept(taps), output: kept(output) };
}
