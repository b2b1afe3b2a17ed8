// Matrix products with transposed operands, as every gradient of a dense layer has them. tfjs hands only untransposed ones to
// XNNPACK and computes the others with a plain loop; so the operands are transposed first.
import '@tensorflow/tfjs-backend-wasm';
import { BatchMatMul, getKernel, type NamedAttrMap, type Tensor, transpose } from '@tensorflow/tfjs-core';
import type { WasmKernel } from './kernel.ts';

const stock = getKernel(BatchMatMul, 'wasm')!;

/** a `[..., m, k]` or `[..., k, m]`, b `[..., k, n]` or `[..., n, k]` -> `[..., m, n]`. */
export const matMul: WasmKernel = {
  ...stock,
  kernelFunc: ({ inputs, attrs, backend }) => {
    const { transposeA, transposeB } = attrs as NamedAttrMap & { transposeA: boolean; transposeB: boolean };
    const a = transposeA ? transposeLast(inputs['a'] as Tensor) : undefined;
    const b = transposeB ? transposeLast(inputs['b'] as Tensor) : undefined;
    const product = stock.kernelFunc({
      inputs: { a: a ?? inputs['a'], b: b ?? inputs['b'] },
      attrs: { transposeA: false, transposeB: false },
      backend,
    });
    a?.dispose();
    b?.dispose();
    return product;
  },
};

/** Swaps the last two axes. */
function transposeLast(x: Tensor): Tensor {
  const axes = x.shape.map((_, axis) => axis);
  return transpose(x, [...axes.slice(0, -2), x.rank - 1, x.rank - 2]);
}
