// Convolutions with stride 1 in fewer products: a matrix product per frequency, between transforms that are matrix products
// themselves. 5 x 5 taps on 7 x 7 pixels take a tenth of the products.
import type { BackendWasm } from '@tensorflow/tfjs-backend-wasm';
import {
  keep,
  matMul,
  pad,
  reshape,
  type Tensor2D,
  type Tensor3D,
  type Tensor4D,
  tensor2d,
  transpose,
} from '@tensorflow/tfjs-core';
import { type Sizes, transformsOf } from '../frequencies.ts';
import { type MatrixStack, multiplyStacks, stackStride } from './matrix-stack.ts';

/** y: [B, h, w, F] of x: [B, H, W, C] and w: [kh, kw, C, F]. */
export function convolveByFrequency(backend: BackendWasm, sizes: Sizes, x: Tensor4D, w: Tensor4D): Tensor4D {
  const { input, taps, output } = transformMatricesOf(sizes);
  const image = { values: flatImage(x), axes: { row: 0, column: 2, place: 1 }, matrix: input.to };
  const kernel = { values: flatKernel(w), axes: { row: 1, column: 2, place: 0 }, matrix: taps.to };
  const y = multiply(backend, image, kernel, { axes: { row: 0, column: 2, place: 1 }, matrix: output.back });
  return reshape(y, [x.shape[0], ...sizes.output, w.shape[3]]);
}

/** dw: [kh, kw, C, F] of x: [B, H, W, C] and dy: [B, h, w, F]. */
export function filterGradientByFrequency(backend: BackendWasm, sizes: Sizes, x: Tensor4D, dy: Tensor4D): Tensor4D {
  const { input, taps, output } = transformMatricesOf(sizes);
  const image = { values: flatImage(x), axes: { row: 2, column: 0, place: 1 }, matrix: input.to };
  const gradient = { values: flatImage(dy), axes: { row: 0, column: 2, place: 1 }, matrix: output.to };
  const dw = multiply(backend, image, gradient, { axes: { row: 1, column: 2, place: 0 }, matrix: taps.back });
  return reshape(dw, [...sizes.taps, x.shape[3], dy.shape[3]]);
}

function flatImage(x: Tensor4D): Tensor3D {
  return reshape(x, [x.shape[0], x.shape[1] * x.shape[2], x.shape[3]]);
}

function flatKernel(w: Tensor4D): Tensor3D {
  return reshape(w, [w.shape[0] * w.shape[1], w.shape[2], w.shape[3]]);
}

/** Which axes of a tensor of rank 3 are the rows and columns of a matrix, and along which there is one matrix per place. */
interface Axes {
  row: number;
  column: number;
  place: number;
}

/** Matrices at places; `matrix` transforms places to frequencies or back. */
interface Operand {
  values: Tensor3D;
  axes: Axes;
  matrix: Tensor2D;
}

/** left [m, k] times right [k, n] at every frequency. The smaller one goes right, as XNNPACK rearranges that: else all is transposed. */
function multiply(backend: BackendWasm, left: Operand, right: Operand, result: Omit<Operand, 'values'>): Tensor3D {
  const turned = left.values.shape[left.axes.row]! < right.values.shape[right.axes.column]!;
  const [a, b] = [spectrum(left, turned), spectrum(right, turned)];
  const product = turned ? multiplyStacks(backend, b, a) : multiplyStacks(backend, a, b);
  return places(product, result, turned);
}

const inOrder = (turned: boolean) =>
  turned ? (['column', 'row', 'place'] as const) : (['row', 'column', 'place'] as const);

function spectrum({ values, axes, matrix }: Operand, turned: boolean): MatrixStack {
  const order = inOrder(turned).map((name) => axes[name]);
  const placed = transpose(values, order); // [rows, columns, places]
  const [rows, columns, places] = placed.shape;
  const size = rows * columns;
  const flat = pad(reshape(placed, [size, places]), [[0, stackStride(size) - size], [0, 0]]); // biome-ignore format: sides
  return { values: transpose(matMul(flat as Tensor2D, matrix)), rows, columns };
}

function places({ values, rows, columns }: MatrixStack, result: Omit<Operand, 'values'>, turned: boolean): Tensor3D {
  const placed = matMul(transpose(values) as Tensor2D, result.matrix); // [rows columns, places]
  const order = [0, 0, 0];
  for (const [axis, name] of inOrder(turned).entries()) order[result.axes[name]] = axis;
  return transpose(reshape(placed, [rows, columns, result.matrix.shape[1]]), order);
}

interface TransformMatrices {
  /** [places, rank] and [rank, places]. */
  to: Tensor2D;
  back: Tensor2D;
}

type Matrices = Record<'input' | 'taps' | 'output', TransformMatrices>;

const known = new Map<string, Matrices>();

/** Kept for good: few and small, and XNNPACK has rearranged them. */
function transformMatricesOf(sizes: Sizes): Matrices {
  const key = JSON.stringify(sizes);
  const matrices = known.get(key) ?? makeMatrices(sizes);
  known.set(key, matrices);
  return matrices;
}

function makeMatrices(sizes: Sizes): Matrices {
  const { rank, input, taps, output } = transformsOf(sizes);
  const both = (values: Float32Array): TransformMatrices => {
    const back = keep(tensor2d(values, [rank, values.length / rank]));
    return { to: keep(transpose(back)), back };
  };
  return { input: both(input), taps: both(taps), output: both(output) };
}
