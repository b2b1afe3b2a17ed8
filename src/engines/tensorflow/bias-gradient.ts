// A bias's gradient from a bfloat16 dy: the sum over all but channels, which has to be added up in more digits than dy has.
import { elementCount } from '../../formats/tensor-shape.ts';
import { AttributeType, constantNode, DataType, type GraphNode, typeAttribute } from './graph/graph.ts';

/** The nodes in place of a BiasAddGrad, the last one under its name. dy: [..., C] -> [C] */
export function biasGradient({ name }: GraphNode, dy: GraphNode): GraphNode[] {
  const shape = dy.shape!;
  const channels = shape.at(-1)!;
  // What batch norm gives back adds up to 0, since it takes the mean off. What rounding leaves of that is below Adam's epsilon in
  // float32, but not in bfloat16, where Adam would make steps of it.
  if (dy.op === 'FusedBatchNormGradV3') return [ofEqual(name, [channels], 0)];
  return sumOfRows(name, dy.name, elementCount(shape) / channels, channels);
}

/** BiasAddGrad adds bfloat16 to bfloat16 and stands still at 256; a product with ones adds in float32. */
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
    ofEqual(`${name}/ones`, [1, count], 1),
    ...reshaped(`${name}/rows`, dy, [count, channels]),
    product,
    ...reshaped(name, product.name, [channels]),
  ];
}

function ofEqual(name: string, shape: readonly number[], value: number): GraphNode {
  const values = new Float32Array(elementCount(shape)).fill(value);
  return constantNode(name, { shape, dtype: DataType.float32, values });
}

function reshaped(name: string, from: string, shape: readonly number[]): GraphNode[] {
  const size = { shape: [shape.length], dtype: DataType.int32, values: Int32Array.from(shape) };
  const attributes = [typeAttribute('T', DataType.float32), typeAttribute('Tshape', DataType.int32)];
  return [constantNode(`${name}/shape`, size), { name, op: 'Reshape', inputs: [from, `${name}/shape`], attributes }];
}
