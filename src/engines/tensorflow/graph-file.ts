// Writes graph nodes as the SavedModel file that TensorFlow loads, with the protobuf messages tfjs-node-gpu ships.
import { mkdirSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import { DcganError } from '../../errors.ts';
import { AttributeType, type ConstantValue, DataType, type GraphNode, type OpAttribute } from './graph.ts';
import type { ProtoAttribute, ProtoMessages, ProtoNode, ProtoShape, ProtoTensor, ProtoTensorInfo } from './messages.ts';

const producerVersion = 1882; // GraphDef version of TensorFlow 2.9; later versions accept it

/** A value of the graph that others may feed or fetch; -1 in its shape is any size. */
interface SignatureValue {
  node: string;
  dtype: number;
  shape: readonly number[];
}

/** What Python calls `serving_default`: the names under which values are fed and fetched. */
interface Signature {
  inputs: Readonly<Record<string, SignatureValue>>;
  outputs: Readonly<Record<string, SignatureValue>>;
}

/**
 * Writes `directory`/saved_model.pb. Without a signature, nodes are fed and fetched by name.
 * @throws DcganError `engine.no-messages` where tfjs-node-gpu is not installed
 */
export function writeGraph(directory: string, nodes: readonly GraphNode[], signature?: Signature): void {
  const messages = loadMessages();
  const graph = new messages.GraphDef();
  const versions = new messages.VersionDef();
  versions.setProducer(producerVersion);
  graph.setVersions(versions);
  graph.setNodeList(nodes.map((node) => encodeNode(messages, node)));

  const info = new messages.MetaGraphDef.MetaInfoDef();
  info.setTagsList(['serve']);
  const metaGraph = new messages.MetaGraphDef();
  metaGraph.setMetaInfoDef(info);
  metaGraph.setGraphDef(graph);
  if (signature) addSignature(messages, metaGraph, signature);
  const model = new messages.SavedModel();
  model.setSavedModelSchemaVersion(1);
  model.setMetaGraphsList([metaGraph]);

  mkdirSync(directory, { recursive: true });
  writeFileSync(join(directory, 'saved_model.pb'), model.serializeBinary());
}

function loadMessages(): ProtoMessages {
  try {
    return createRequire(import.meta.url)('@tensorflow/tfjs-node-gpu/dist/proto/api_pb.js');
  } catch (cause) {
    throw new DcganError(
      'engine.no-messages',
      {
        happened:
          "TensorFlow's file format is written with the npm package @tensorflow/tfjs-node-gpu, which is not installed.",
        fix: 'npm install --include=optional',
      },
      { cause },
    );
  }
}

function addSignature(
  messages: ProtoMessages,
  metaGraph: InstanceType<ProtoMessages['MetaGraphDef']>,
  { inputs, outputs }: Signature,
): void {
  const signature = new messages.SignatureDef();
  signature.setMethodName('tensorflow/serving/predict');
  for (const [name, value] of Object.entries(inputs)) signature.getInputsMap().set(name, encodeInfo(messages, value));
  for (const [name, value] of Object.entries(outputs)) signature.getOutputsMap().set(name, encodeInfo(messages, value));
  metaGraph.getSignatureDefMap().set('serving_default', signature);
}

function encodeInfo(messages: ProtoMessages, { node, dtype, shape }: SignatureValue): ProtoTensorInfo {
  const info = new messages.TensorInfo();
  info.setName(`${node}:0`);
  info.setDtype(dtype);
  info.setTensorShape(encodeShape(messages, shape));
  return info;
}

function encodeNode(messages: ProtoMessages, node: GraphNode): ProtoNode {
  const encoded = new messages.NodeDef();
  encoded.setName(node.name);
  encoded.setOp(node.op);
  encoded.setInputList(node.inputs);
  const attributes = encoded.getAttrMap();
  for (const attribute of node.attributes) attributes.set(attribute.name, encodeAttribute(messages, attribute));
  if (node.constant) {
    const value = new messages.AttrValue();
    value.setTensor(encodeTensor(messages, node.constant));
    attributes.set('value', value);
  }
  return encoded;
}

function encodeAttribute(messages: ProtoMessages, { name, type, value }: OpAttribute): ProtoAttribute {
  const encoded = new messages.AttrValue();
  if (Array.isArray(value) && type === AttributeType.int) {
    const list = new messages.AttrValue.ListValue();
    list.setIList([...value]);
    encoded.setList(list);
  } else if (Array.isArray(value)) encoded.setShape(encodeShape(messages, value));
  else if (typeof value === 'string') encoded.setS(Buffer.from(value));
  else if (typeof value === 'boolean' || type === AttributeType.bool) encoded.setB(Boolean(value));
  else if (type === AttributeType.type) encoded.setType(Number(value));
  else if (type === AttributeType.int) encoded.setI(Number(value));
  else if (type === AttributeType.float) encoded.setF(Number(value));
  else throw new Error(`Attribute '${name}' of type ${type} cannot be written into a graph.`);
  return encoded;
}

function encodeShape(messages: ProtoMessages, shape: readonly number[]): ProtoShape {
  const encoded = new messages.TensorShape();
  encoded.setDimList(
    shape.map((size) => {
      const dimension = new messages.TensorShape.Dim();
      dimension.setSize(size);
      return dimension;
    }),
  );
  return encoded;
}

const arrayOf = {
  [DataType.float32]: Float32Array,
  [DataType.int32]: Int32Array,
  [DataType.uint8]: Uint8Array,
  [DataType.bool]: Uint8Array,
} as const;

/** All-equal values become one value, which TensorFlow repeats over the shape. */
function encodeTensor(messages: ProtoMessages, { shape, dtype, values }: ConstantValue): ProtoTensor {
  const encoded = new messages.Tensor();
  encoded.setDtype(dtype);
  encoded.setTensorShape(encodeShape(messages, shape));
  if (dtype === DataType.float32 && values.length > 1 && values.every((value) => value === values[0])) {
    encoded.setFloatValList([values[0]!]);
    return encoded;
  }
  const typed = arrayOf[dtype as keyof typeof arrayOf].from(values);
  encoded.setTensorContent(new Uint8Array(typed.buffer, typed.byteOffset, typed.byteLength));
  return encoded;
}
