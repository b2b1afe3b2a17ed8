// Matrix products. tfjs hands only untransposed operands to XNNPACK and computes the others, which every gradient of a dense layer
// has, with a plain loop; so they are transposed first.
import '@tensorflow/tfjs-backend-wasm';
import {
  BatchMatMul,
  engine,
  getKernel,
  type NamedAttrMap,
  type Tensor,
  type TensorInfo,
  tidy,
  transpose,
} from '@tensorflow/tfjs-core';
import type { WasmKernel } from './kernel.ts';

const stock = getKernel(BatchMatMul, 'wasm')!;

interface Factor {
  values: Tensor;
  /** Whether the product takes it transposed. */
  transposed: boolean;
}

/** a `[..., m, k]` or `[..., k, m]`, b `[..., k, n]` or `[..., n, k]` -> `[..., m, n]`. */
export const matMul: WasmKernel = {
  ...stock,
  kernelFunc: ({ inputs, attrs, backend }) => {
    const { transposeA, transposeB } = attrs as NamedAttrMap & { transposeA: boolean; transposeB: boolean };
    const a: Factor = { values: inputs['a'] as Tensor, transposed: transposeA };
    const b: Factor = { values: inputs['b'] as Tensor, transposed: transposeB };
    return tidy(() => {
      const multiply = (left: Factor, right: Factor): Tensor => {
        const product = stock.kernelFunc({
          inputs: { a: plain(left), b: plain(right) },
          attrs: { transposeA: false, transposeB: false },
          backend,
        });
        return engine().makeTensorFromTensorInfo(product as TensorInfo);
      };
      return isFasterTurned(a, b) ? swapLast(multiply(turned(b), turned(a))) : multiply(a, b);
    });
  },
};

const rearranging = 4; // times the work of transposing a value

/** XNNPACK rearranges the right factor first. Where that is large, (b^T a^T)^T is less work than a b. */
function isFasterTurned(a: Factor, b: Factor): boolean {
  const product = (a.values.size / sharedSide(a)) * (b.values.size / sharedSide(turned(b)));
  const transposing = ({ values, transposed }: Factor) => (transposed ? values.size : 0);
  const straight = transposing(a) + transposing(b) + rearranging * b.values.size;
  return transposing(turned(a)) + transposing(turned(b)) + rearranging * a.values.size + product < straight;
}

/** The side of a left factor along which is summed. */
function sharedSide({ values, transposed }: Factor): number {
  return values.shape.at(transposed ? -2 : -1)!;
}

function turned({ values, transposed }: Factor): Factor {
  return { values, transposed: !transposed };
}

function plain({ values, transposed }: Factor): Tensor {
  return transposed ? swapLast(values) : values;
}

function swapLast(x: Tensor): Tensor {
  const axes = x.shape.map((_, axis) => axis);
  return transpose(x, [...axes.slice(0, -2), x.rank - 1, x.rank - 2]);
}
