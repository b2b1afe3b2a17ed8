// Stacks of matrices and their products, each by XNNPACK on its place in the heap, without copies. tfjs's own kernel multiplies
// stacks with a plain loop on one thread.
import type { BackendWasm } from '@tensorflow/tfjs-backend-wasm';
import { BatchMatMul, engine, type Tensor2D } from '@tensorflow/tfjs-core';
import { makeOutput } from './kernel.ts';

/** Row-major matrices of one shape. A row of `values`, [count, stride], begins with a matrix; what follows it means nothing. */
export interface MatrixStack {
  values: Tensor2D;
  rows: number;
  columns: number;
}

/**
 * From one matrix of this size to the next: 64 bytes times an odd number, so that the same place of all of them is spread over the
 * processor's cache. At a multiple of 4096 bytes transposing takes seven times as long.
 */
export function stackStride(size: number): number {
  return size + ((((16 - size) % 32) + 32) % 32);
}

/** tfjs's C function: identifier, shape as int32 and rank of a and b, whether they are transposed, identifier of the product. */
type MultiplyMatrices = (
  ...operands: [number, Uint8Array, number, number, Uint8Array, number, number, number, number]
) => void;

/** For a moment the matrices are tensors of their own, under numbers that no tensor gets. XNNPACK forgets them with the tensor. */
const identifiers = [0xfffffff0, 0xfffffff1, 0xfffffff2] as const;

/** a: matrices [m, k], b: matrices [k, n] -> matrices [m, n]. XNNPACK rearranges b first: it should be the smaller one. */
export function multiplyStacks(backend: BackendWasm, a: MatrixStack, b: MatrixStack): MatrixStack {
  const { tfjs } = backend.wasm;
  const [count] = a.values.shape;
  const output = makeOutput(backend, [count, a.rows * b.columns]);
  const product: MatrixStack = {
    values: engine().makeTensorFromTensorInfo(output) as Tensor2D,
    rows: a.rows,
    columns: b.columns,
  };
  const stacks = [a, b, product].map(({ values, rows, columns }) => ({
    start: backend.getMemoryOffset(values.dataId),
    strideBytes: values.shape[1] * Float32Array.BYTES_PER_ELEMENT,
    size: rows * columns,
  }));
  const multiply = multiplicationOf(backend);
  const [aShape, bShape] = [a, b].map(({ rows, columns }) => new Uint8Array(Int32Array.of(1, rows, columns).buffer));
  const [aId, bId, productId] = identifiers;
  for (let i = 0; i < count; i++) {
    for (const [operand, { start, strideBytes, size }] of stacks.entries()) {
      tfjs.registerTensor(identifiers[operand]!, size, start + i * strideBytes);
    }
    multiply(aId, aShape!, 3, bId, bShape!, 3, 0, 0, productId);
    for (const identifier of identifiers) tfjs.disposeData(identifier);
  }
  return product;
}

function multiplicationOf({ wasm }: BackendWasm): MultiplyMatrices {
  const { cwrap } = wasm as unknown as { cwrap(name: string, result: null, types: string[]): MultiplyMatrices };
  const [number, array] = ['number', 'array'];
  return cwrap(BatchMatMul, null, [number, array, number, number, array, number, number, number, number]);
}
