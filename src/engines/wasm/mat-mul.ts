// Batched matrix products. tfjs uses XNNPACK only for single untransposed matrices, and a plain loop for all others.
import '@tensorflow/tfjs-backend-wasm';
import type { BackendWasm } from '@tensorflow/tfjs-backend-wasm';
import {
  BatchMatMul,
  broadcast_util,
  getKernel,
  type NamedAttrMap,
  type TensorInfo,
  util,
} from '@tensorflow/tfjs-core';
import { gemm, type Matrices, offsets } from './gemm.ts';
import type { WasmKernel } from './kernel.ts';

const stock = getKernel(BatchMatMul, 'wasm')!;

/** a `[..., m, k]` or `[..., k, m]`, b `[..., k, n]` or `[..., n, k]` -> `[..., m, n]`. */
export const matMul: WasmKernel = {
  ...stock,
  kernelFunc: (call) => {
    const { a, b } = call.inputs as Record<'a' | 'b', TensorInfo>;
    const { transposeA, transposeB } = call.attrs as NamedAttrMap & { transposeA: boolean; transposeB: boolean };
    const backend = call.backend as BackendWasm;
    const batches = [a, b].map(({ shape }) => util.sizeFromShape(shape.slice(0, -2)));
    const count = Math.max(...batches);
    const isSimple = batches.every((batch) => batch === count || batch === 1);
    if (!isSimple || a.dtype !== 'float32' || b.dtype !== 'float32' || util.sizeFromShape(a.shape) === 0)
      return stock.kernelFunc(call);
    const [left, right] = [matricesOf(a, transposeA), matricesOf(b, transposeB)];
    const [rows, columns] = [left.rows.length, right.columns.length];
    const outer = broadcast_util.assertAndGetBroadcastShape(a.shape.slice(0, -2), b.shape.slice(0, -2));
    const values = backend.makeOutput([...outer, rows, columns], 'float32');
    const product = {
      values,
      batchStride: rows * columns,
      rows: offsets([rows, columns]),
      columns: offsets([columns, 1]),
    };
    gemm(backend, product, left, right, count);
    return values;
  },
};

function matricesOf(values: TensorInfo, transposed: boolean): Matrices {
  const [height, width] = values.shape.slice(-2) as [number, number];
  const isOne = util.sizeFromShape(values.shape) === height * width;
  const [down, across] = [offsets([height, width]), offsets([width, 1])];
  const [rows, columns] = transposed ? [across, down] : [down, across];
  return { values, batchStride: isOne ? 0 : height * width, rows, columns };
}
