// Export format saved-model: a folder for tf.saved_model.load in Python. Its signature serving_default takes z, float32
// [batch, latent size], and returns images, float32 [batch, height, width, channels] in [0, 1], as in tf.image.
import {
  AttributeType,
  constantNode,
  DataType,
  type GraphNode,
  shapeAttribute,
  typeAttribute,
} from '../../engines/tensorflow/graph/graph.ts';
import { writeGraph } from '../../engines/tensorflow/graph/graph-file.ts';
import type { ExportFormat } from '../format.ts';
import { inferenceLayers } from '../inference-layers.ts';
import {
  binary,
  integers,
  type Operation,
  operationsOf,
  type SingleOperation,
  type Sum,
  scalar,
} from './operations.ts';

const anyCount = -1;
const float = typeAttribute('T', DataType.float32);

export const exportSavedModel: ExportFormat = async ({ generator }, folder) => {
  const { latent } = generator.config.generator;
  const { height, width, channels, range } = generator.config.data;
  const operations = [...inferenceLayers(generator).flatMap(operationsOf), ...toUnitRange(range)];
  const z = { node: 'z', dtype: DataType.float32, shape: [anyCount, latent.size] };
  const images = { node: 'images', dtype: DataType.float32, shape: [anyCount, height, width, channels] };
  writeGraph(folder, [...inputNodes(z.shape), ...chain(operations, '', z.node, images.node).nodes], {
    inputs: { z },
    outputs: { images },
  });
  return ['saved_model.pb'];
};

/** [low, high] -> [0, 1], clamped. */
function toUnitRange([low, high]: readonly [number, number]): Operation[] {
  const rescaled = [binary('Sub', scalar(low)), binary('Mul', scalar(1 / (high - low)))];
  const isUnit = low === 0 && high === 1;
  return [...(isUnit ? [] : rescaled), binary('Maximum', scalar(0)), binary('Minimum', scalar(1))];
}

/** z, and its batch size as int32 [1]. */
function inputNodes(shape: readonly number[]): GraphNode[] {
  const int = typeAttribute('T', DataType.int32);
  return [
    {
      name: 'z',
      op: 'Placeholder',
      inputs: [],
      attributes: [typeAttribute('dtype', DataType.float32), shapeAttribute('shape', shape)],
    },
    { name: 'z/shape', op: 'Shape', inputs: ['z'], attributes: [float, typeAttribute('out_type', DataType.int32)] },
    constantNode('z/first', integers(0)),
    constantNode('z/one', integers(1)),
    {
      name: 'batch',
      op: 'Slice',
      inputs: ['z/shape', 'z/first', 'z/one'],
      attributes: [int, typeAttribute('Index', DataType.int32)],
    },
    constantNode('axis', { shape: [], dtype: DataType.int32, values: Int32Array.of(0) }),
  ];
}

interface Chain {
  nodes: GraphNode[];
  /** The name of the last value. */
  value: string;
}

/** A sequence of operations with their constants, starting from a value; `lastName` names the last one. */
function chain(operations: readonly Operation[], prefix: string, from: string, lastName?: string): Chain {
  const result: Chain = { nodes: [], value: from };
  for (const [index, operation] of operations.entries()) {
    const usual = `${prefix}${index}-${'op' in operation ? operation.op : 'AddV2'}`;
    const name = index === operations.length - 1 ? (lastName ?? usual) : usual;
    const { value } = result;
    result.nodes.push(
      ...('op' in operation ? operationNodes(operation, name, value) : sumNodes(operation, name, value)),
    );
    result.value = name;
  }
  return result;
}

function operationNodes(operation: SingleOperation, name: string, value: string): GraphNode[] {
  const { op, inputs, outputShape = [], attributes = [] } = operation;
  const beside: GraphNode[] = [];
  const names = inputs.map((input, k) => {
    if (input === 'value') return value;
    if (input === 'sizes') beside.push(...sizesNodes(`${name}/sizes`, outputShape));
    else beside.push(constantNode(`${name}/${k}`, input));
    return beside.at(-1)!.name;
  });
  return [...beside, { name, op, inputs: names, attributes: [float, ...attributes] }];
}

function sumNodes({ sum }: Sum, name: string, value: string): GraphNode[] {
  const branches = sum.map((operations, k) => chain(operations, `${name}/${k}/`, value));
  const inputs = branches.map((branch) => branch.value);
  return [...branches.flatMap(({ nodes }) => nodes), { name, op: 'AddV2', inputs, attributes: [float] }];
}

/** [batch, ...shape] as int32. */
function sizesNodes(name: string, shape: readonly number[]): GraphNode[] {
  return [
    constantNode(`${name}/image`, integers(...shape)),
    {
      name,
      op: 'ConcatV2',
      inputs: ['batch', `${name}/image`, 'axis'],
      attributes: [
        typeAttribute('T', DataType.int32),
        typeAttribute('Tidx', DataType.int32),
        { name: 'N', type: AttributeType.int, value: 2 },
      ],
    },
  ];
}
