// The bias gradient of a bfloat16 dy: the sum over all but channels, accumulated in float32.
import { elementCount } from '../../formats/tensor-shape.ts';
import { AttributeType, constantNode, DataType, type GraphNode, typeAttribute } from './graph/graph.ts';

/** Nodes that replace a BiasAddGrad; the last one has its name. dy: [..., C] -> [C] */
export function biasGradient({ name }: GraphNode, dy: GraphNode): GraphNode[] {
  const shape = dy.shape!;
  const channels = shape.at(-1)!;
  // Batch norm subtracts the mean, so its gradient sums to 0. The rounding error of that sum is below Adam's epsilon in float32, but
  // not in bfloat16, where Adam would scale it up to full steps.
  if (dy.op === 'FusedBatchNormGradV3') return [filled(name, [channels], 0)];
  return sumOfRows(name, dy.name, elementCount(shape) / channels, channels);
}

/** BiasAddGrad accumulates in bfloat16, which stalls at 256. A matrix product with ones accumulates in float32. */
function sumOfRows(name: string, dy: string, count: number, channels: number): GraphNode[] {
  const product: GraphNode = {
    name: `${name}/product`,
    op: 'BatchMatMulV2',
    inputs: [`${name}/ones`, `${name}/rows`], // [1, N] [N, C]
    attributes: [
      typeAttribute('T', DataType.float32),
      { name: 'adj_x', type: AttributeType.bool, value: false },
      { name: 'adj_y', type: AttributeType.bool, value: false },
    ],
  };
  return [
    filled(`${name}/ones`, [1, count], 1),
    ...reshaped(`${name}/rows`, dy, [count, channels]),
    product,
    ...reshaped(name, product.name, [channels]),
  ];
}

function filled(name: string, shape: readonly number[], value: number): GraphNode {
  const values = new Float32Array(elementCount(shape)).fill(value);
  return constantNode(name, { shape, dtype: DataType.float32, values });
}

function reshaped(name: string, from: string, shape: readonly number[]): GraphNode[] {
  const size = { shape: [shape.length], dtype: DataType.int32, values: Int32Array.from(shape) };
  const attributes = [typeAttribute('T', DataType.float32), typeAttribute('Tshape', DataType.int32)];
  return [constantNode(`${name}/shape`, size), { name, op: 'Reshape', inputs: [from, `${name}/shape`], attributes }];
}
