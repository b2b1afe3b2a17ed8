// Reads the files of graph-file.ts with the protobuf classes that TensorFlow generated from its .proto files.
import assert from 'node:assert/strict';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, test } from 'node:test';
import {
  AttributeType,
  constantNode,
  DataType,
  type GraphNode,
  shapeAttribute,
  stringAttribute,
  typeAttribute,
} from '../../../../src/engines/tensorflow/graph/graph.ts';
import { writeGraph } from '../../../../src/engines/tensorflow/graph/graph-file.ts';

/** The getters of the generated classes that are used here. */
type Message = Readonly<Record<string, () => unknown>>;
type MessageMap = { forEach(visit: (value: Message, key: string) => void): void };

const { SavedModel } = createRequire(import.meta.url)('@tensorflow/tfjs-node-gpu/dist/proto/api_pb.js') as {
  SavedModel: { deserializeBinary(bytes: Uint8Array): Message };
};

const get = <T = unknown>(message: Message, field: string) => message[`get${field}`]!() as T;

const folder = mkdtempSync(join(tmpdir(), 'dcgan-graph-file-'));
after(() => rmSync(folder, { recursive: true }));

const nodes: GraphNode[] = [
  {
    name: 'z',
    op: 'Placeholder',
    inputs: [],
    attributes: [typeAttribute('dtype', 1), shapeAttribute('shape', [-1, 2])],
  },
  constantNode('same', { shape: [2, 3], dtype: DataType.float32, values: new Float32Array(6).fill(-0.5) }),
  constantNode('counts', { shape: [2], dtype: DataType.int32, values: Int32Array.of(1, -2) }),
  {
    name: 'y',
    op: 'Anything',
    inputs: ['z', 'same:1', '^counts'],
    attributes: [
      { name: 'strides', type: AttributeType.int, value: [1, -1, 2 ** 40] },
      { name: 'empty', type: AttributeType.int, value: [] },
      stringAttribute('padding', 'VALID'),
      { name: 'axis', type: AttributeType.int, value: 0 },
      { name: 'epsilon', type: AttributeType.float, value: 0.25 },
      { name: 'transpose', type: AttributeType.bool, value: false },
    ],
  },
];
const value = (node: string) => ({ node, dtype: 1, shape: [-1, 2] });

/** Writes a graph and reads it back. */
function readBack(signature?: Parameters<typeof writeGraph>[2]) {
  writeGraph(folder, nodes, signature);
  const model = SavedModel.deserializeBinary(readFileSync(join(folder, 'saved_model.pb')));
  const [graph, ...others] = get<Message[]>(model, 'MetaGraphsList');
  assert.deepEqual([get(model, 'SavedModelSchemaVersion'), others], [1, []]);
  return graph!;
}

function entriesOf(map: unknown): Record<string, Message> {
  const entries: Record<string, Message> = {};
  (map as MessageMap).forEach((message, key) => {
    entries[key] = message;
  });
  return entries;
}

const sizesOf = (shape: unknown) =>
  get<Message[]>(shape as Message, 'DimList').map((dimension) => get(dimension, 'Size'));

/** The set field of an attribute, by its number in attr_value.proto, and its value. */
function attributesOf(node: Message): Record<string, [number, unknown]> {
  const readers: Record<number, (attribute: Message) => unknown> = {
    1: (attribute) => get(get<Message>(attribute, 'List'), 'IList'),
    2: (attribute) => Buffer.from(get<Uint8Array>(attribute, 'S')).toString(),
    3: (attribute) => get(attribute, 'I'),
    4: (attribute) => get(attribute, 'F'),
    5: (attribute) => get(attribute, 'B'),
    6: (attribute) => get(attribute, 'Type'),
    7: (attribute) => sizesOf(get(attribute, 'Shape')),
    8: (attribute) => readTensor(get(attribute, 'Tensor')),
  };
  const read = Object.entries(entriesOf(get(node, 'AttrMap'))).map(([name, attribute]) => {
    const field = get<number>(attribute, 'ValueCase');
    return [name, [field, readers[field]!(attribute)]];
  });
  return Object.fromEntries(read);
}

function readTensor(tensor: Message) {
  const bytes = [...get<Uint8Array>(tensor, 'TensorContent')];
  return {
    dtype: get(tensor, 'Dtype'),
    shape: sizesOf(get(tensor, 'TensorShape')),
    floats: get(tensor, 'FloatValList'),
    bytes,
  };
}

test('nodes, inputs, constants and every type of attribute are read back unchanged', () => {
  const graph = readBack();
  assert.deepEqual(get(get<Message>(graph, 'MetaInfoDef'), 'TagsList'), ['serve']);
  assert.deepEqual(entriesOf(get(graph, 'SignatureDefMap')), {});
  const definition = get<Message>(graph, 'GraphDef');
  assert.equal(get(get<Message>(definition, 'Versions'), 'Producer'), 1882);
  const read = get<Message[]>(definition, 'NodeList').map((node) => ({
    name: get(node, 'Name'),
    op: get(node, 'Op'),
    inputs: get(node, 'InputList'),
    attributes: attributesOf(node),
  }));
  const constant = (dtype: number, shape: number[], floats: number[], bytes: number[]) => ({
    dtype: [6, dtype],
    value: [8, { dtype, shape, floats, bytes }],
  });
  assert.deepEqual(read, [
    { name: 'z', op: 'Placeholder', inputs: [], attributes: { dtype: [6, 1], shape: [7, [-1, 2]] } },
    { name: 'same', op: 'Const', inputs: [], attributes: constant(1, [2, 3], [-0.5], []) },
    {
      name: 'counts',
      op: 'Const',
      inputs: [],
      attributes: constant(3, [2], [], [1, 0, 0, 0, 254, 255, 255, 255]),
    },
    {
      name: 'y',
      op: 'Anything',
      inputs: ['z', 'same:1', '^counts'],
      attributes: {
        strides: [1, [1, -1, 2 ** 40]],
        empty: [1, []],
        padding: [2, 'VALID'],
        axis: [3, 0],
        epsilon: [4, 0.25],
        transpose: [5, false],
      },
    },
  ]);
});

test('a signature names the feeds and fetches', () => {
  const graph = readBack({ inputs: { latents: value('z') }, outputs: { images: value('y') } });
  const { serving_default: signature, ...others } = entriesOf(get(graph, 'SignatureDefMap'));
  assert.deepEqual([get(signature!, 'MethodName'), others], ['tensorflow/serving/predict', {}]);
  const values = (map: unknown) =>
    Object.entries(entriesOf(map)).map(([name, info]) => [
      name,
      get(info, 'Name'),
      get(info, 'Dtype'),
      sizesOf(get(info, 'TensorShape')),
    ]);
  assert.deepEqual(values(get(signature!, 'InputsMap')), [['latents', 'z:0', 1, [-1, 2]]]);
  assert.deepEqual(values(get(signature!, 'OutputsMap')), [['images', 'y:0', 1, [-1, 2]]]);
});
