// Batched matrix products, either operand transposed, for the tiled kernel.
import { broadcast_util, type NamedAttrMap, type TensorInfo } from '@tensorflow/tfjs-core';
import { elementCount } from '../../formats/tensor-shape.ts';
import type { Product } from './tiled-product.ts';

/** a: [..., I, K], b: [..., K, J] -> [..., I, J]; batches of one are broadcast. */
export function matrixProduct(a: TensorInfo, b: TensorInfo, { transposeA, transposeB }: NamedAttrMap): Product {
  const [batchesOfA, batchesOfB] = [a.shape.slice(0, -2), b.shape.slice(0, -2)];
  const batches = broadcast_util.assertAndGetBroadcastShape(batchesOfA, batchesOfB);
  const [rows, inner] = transposeA ? [a.shape.at(-1)!, a.shape.at(-2)!] : [a.shape.at(-2)!, a.shape.at(-1)!];
  const columns = b.shape.at(transposeB ? -2 : -1)!;
  const left = `batch % ${elementCount(batchesOfA)} * ${rows * inner}`;
  const right = `batch % ${elementCount(batchesOfB)} * ${inner * columns}`;
  return {
    batch: elementCount(batches),
    rows,
    columns,
    inner,
    left: transposeA
      ? { value: `return left[${left} + k * ${rows} + outer];`, contiguous: 'outer' }
      : { value: `return left[${left} + outer * ${inner} + k];`, contiguous: 'inner' },
    right: transposeB
      ? { value: `return right[${right} + outer * ${inner} + k];`, contiguous: 'inner' }
      : { value: `return right[${right} + k * ${columns} + outer];`, contiguous: 'outer' },
    outputIndex: `return i32((batch * ${rows} + row) * ${columns} + column);`,
    shape: [...batches, rows, columns],
  };
}
