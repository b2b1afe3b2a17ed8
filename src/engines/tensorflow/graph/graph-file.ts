// Writes graph nodes as a SavedModel file for TensorFlow.
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { AttributeType, type ConstantValue, DataType, type GraphNode, type OpAttribute } from './graph.ts';
import {
  type AttributeMessage,
  encodeSavedModel,
  type NodeMessage,
  type ShapeMessage,
  type SignatureMessage,
  type TensorInfoMessage,
  type TensorMessage,
} from './messages.ts';

const producerVersion = 1882; // GraphDef version of TensorFlow 2.9; later versions accept it

/** A tensor that users of the model feed or fetch; -1 in its shape is any size. */
interface SignatureValue {
  node: string;
  dtype: number;
  shape: readonly number[];
}

/** The signature `serving_default`: the names under which tensors are fed and fetched. */
interface Signature {
  inputs: Readonly<Record<string, SignatureValue>>;
  outputs: Readonly<Record<string, SignatureValue>>;
}

/** Writes `directory`/saved_model.pb. Without a signature, nodes are fed and fetched by name. */
export function writeGraph(directory: string, nodes: readonly GraphNode[], signature?: Signature): void {
  const model = encodeSavedModel({
    savedModelSchemaVersion: 1,
    metaGraphs: [
      {
        metaInfoDef: { tags: ['serve'] },
        graphDef: { node: nodes.map(toNode), versions: { producer: producerVersion } },
        signatureDef: signature ? { serving_default: toSignature(signature) } : {},
      },
    ],
  });
  mkdirSync(directory, { recursive: true });
  writeFileSync(join(directory, 'saved_model.pb'), model);
}

function toSignature({ inputs, outputs }: Signature): SignatureMessage {
  return { methodName: 'tensorflow/serving/predict', inputs: toTensorInfos(inputs), outputs: toTensorInfos(outputs) };
}

function toTensorInfos(values: Signature['inputs']): Record<string, TensorInfoMessage> {
  const entries = Object.entries(values).map(([name, { node, dtype, shape }]) => [
    name,
    { name: `${node}:0`, dtype, tensorShape: toShape(shape) },
  ]);
  return Object.fromEntries(entries);
}

function toNode({ name, op, inputs, attributes, constant }: GraphNode): NodeMessage {
  const attr = Object.fromEntries(attributes.map((attribute) => [attribute.name, toAttribute(attribute)]));
  if (constant) attr['value'] = { tensor: toTensor(constant) };
  return { name, op, input: inputs, attr };
}

function toAttribute({ name, type, value }: OpAttribute): AttributeMessage {
  if (Array.isArray(value) && type === AttributeType.int) return { list: { i: value } };
  if (Array.isArray(value)) return { shape: toShape(value) };
  if (typeof value === 'string') return { s: Buffer.from(value) };
  if (typeof value === 'boolean' || type === AttributeType.bool) return { b: Boolean(value) };
  if (type === AttributeType.type) return { type: Number(value) };
  if (type === AttributeType.int) return { i: Number(value) };
  if (type === AttributeType.float) return { f: Number(value) };
  throw new Error(`Attribute '${name}' of type ${type} cannot be written into a graph.`);
}

function toShape(shape: readonly number[]): ShapeMessage {
  return { dim: shape.map((size) => ({ size })) };
}

const arrayOf = {
  [DataType.float32]: Float32Array,
  [DataType.int32]: Int32Array,
  [DataType.uint8]: Uint8Array,
  [DataType.bool]: Uint8Array,
} as const;

/** If all values are equal, only one is written, which TensorFlow repeats over the shape. */
function toTensor({ shape, dtype, values }: ConstantValue): TensorMessage {
  const tensorShape = toShape(shape);
  if (dtype === DataType.float32 && values.length > 1 && values.every((value) => value === values[0])) {
    return { dtype, tensorShape, floatVal: [values[0]!] };
  }
  const typed = arrayOf[dtype as keyof typeof arrayOf].from(values);
  return { dtype, tensorShape, tensorContent: new Uint8Array(typed.buffer, typed.byteOffset, typed.byteLength) };
}
