// Matrix products. tfjs hands only untransposed pairs of matrices to XNNPACK and computes all others with a plain loop.
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
import { gemm, type Matrices, places } from './gemm.ts';
import type { WasmKernel } from './kernel.ts';

const stock = getKernel(BatchMatMul, 'wasm')!;

/** a `[..., m, k]` or `[..., k, m]`, b `[..., k, n]` or `[..., n, k]` -> `[..., m, n]`. */
export const matMul: WasmKernel = {
  ...stock,
  kernelFunc: (call) => {
    const { a, b } = call.inputs as Record<'a' | 'b', TensorInfo>;
    const { transposeA, transposeB } = call.attrs as NamedAttrMap & { transposeA: boolean; transposeB: boolean };
    const backend = call.backend as BackendWasm;
    const stacks = [a, b].map(({ shape }) => util.sizeFromShape(shape.slice(0, -2)));
    const count = Math.max(...stacks);
    const isSimple = stacks.every((stack) => stack === count || stack === 1);
    if (!isSimple || a.dtype !== 'float32' || b.dtype !== 'float32' || util.sizeFromShape(a.shape) === 0)
      return stock.kernelFunc(call);
    const [left, right] = [matricesOf(a, transposeA), matricesOf(b, transposeB)];
    const [rows, columns] = [left.rows.length, right.columns.length];
    const outer = broadcast_util.assertAndGetBroadcastShape(a.shape.slice(0, -2), b.shape.slice(0, -2));
    const values = backend.makeOutput([...outer, rows, columns], 'float32');
    const product = { values, next: rows * columns, rows: places([rows, columns]), columns: places([columns, 1]) };
    gemm(backend, product, left, right, count);
    return values;
  },
};

function matricesOf(values: TensorInfo, transposed: boolean): Matrices {
  const [height, width] = values.shape.slice(-2) as [number, number];
  const isOne = util.sizeFromShape(values.shape) === height * width;
  const [down, across] = [places([height, width]), places([width, 1])];
  const [rows, columns] = transposed ? [across, down] : [down, across];
  return { values, next: isOne ? 0 : height * width, rows, columns };
}
