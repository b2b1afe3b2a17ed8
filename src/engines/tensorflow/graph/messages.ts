// Encodes a SavedModel's protobuf messages, the part that is needed here (tensorflow/core/framework/*.proto,
// core/protobuf/meta_graph.proto and saved_model.proto).
import protobuf from 'protobufjs';

export interface ShapeMessage {
  dim: readonly { size: number }[];
}

export interface TensorMessage {
  dtype: number;
  tensorShape: ShapeMessage;
  /** Row-major, little-endian. */
  tensorContent?: Uint8Array;
  floatVal?: readonly number[];
}

/** Exactly one of them. */
export interface AttributeMessage {
  list?: { i: readonly number[] };
  s?: Uint8Array;
  i?: number;
  f?: number;
  b?: boolean;
  type?: number;
  shape?: ShapeMessage;
  tensor?: TensorMessage;
}

export interface NodeMessage {
  name: string;
  op: string;
  input: readonly string[];
  attr: Readonly<Record<string, AttributeMessage>>;
}

export interface TensorInfoMessage {
  name: string;
  dtype: number;
  tensorShape: ShapeMessage;
}

export interface SignatureMessage {
  methodName: string;
  inputs: Readonly<Record<string, TensorInfoMessage>>;
  outputs: Readonly<Record<string, TensorInfoMessage>>;
}

interface SavedModelMessage {
  savedModelSchemaVersion: number;
  metaGraphs: readonly {
    metaInfoDef: { tags: readonly string[] };
    graphDef: { node: readonly NodeMessage[]; versions: { producer: number } };
    signatureDef: Readonly<Record<string, SignatureMessage>>;
  }[];
}

const one = (type: string, id: number) => ({ type, id });
const many = (type: string, id: number) => ({ rule: 'repeated', type, id });
const packed = (type: string, id: number) => ({ ...many(type, id), options: { packed: true } });
const byName = (type: string, id: number) => ({ keyType: 'string', type, id });

const schema = protobuf.Root.fromJSON({
  nested: {
    SavedModel: { fields: { savedModelSchemaVersion: one('int64', 1), metaGraphs: many('MetaGraphDef', 2) } },
    MetaGraphDef: {
      fields: {
        metaInfoDef: one('MetaInfoDef', 1),
        graphDef: one('GraphDef', 2),
        signatureDef: byName('SignatureDef', 5),
      },
    },
    MetaInfoDef: { fields: { tags: many('string', 4) } },
    SignatureDef: {
      fields: { inputs: byName('TensorInfo', 1), outputs: byName('TensorInfo', 2), methodName: one('string', 3) },
    },
    TensorInfo: {
      fields: { name: one('string', 1), dtype: one('int32', 2), tensorShape: one('TensorShapeProto', 3) },
    },
    GraphDef: { fields: { node: many('NodeDef', 1), versions: one('VersionDef', 4) } },
    VersionDef: { fields: { producer: one('int32', 1) } },
    NodeDef: {
      fields: {
        name: one('string', 1),
        op: one('string', 2),
        input: many('string', 3),
        attr: byName('AttrValue', 5),
      },
    },
    AttrValue: {
      oneofs: { value: { oneof: ['list', 's', 'i', 'f', 'b', 'type', 'shape', 'tensor'] } }, // without the oneof, false and 0 would be omitted
      fields: {
        list: one('ListValue', 1),
        s: one('bytes', 2),
        i: one('int64', 3),
        f: one('float', 4),
        b: one('bool', 5),
        type: one('int32', 6),
        shape: one('TensorShapeProto', 7),
        tensor: one('TensorProto', 8),
      },
    },
    ListValue: { fields: { i: packed('int64', 3) } },
    TensorShapeProto: { fields: { dim: many('Dim', 2) } },
    Dim: { fields: { size: one('int64', 1) } },
    TensorProto: {
      fields: {
        dtype: one('int32', 1),
        tensorShape: one('TensorShapeProto', 2),
        tensorContent: one('bytes', 4),
        floatVal: packed('float', 5),
      },
    },
  },
});

/** The bytes of a saved_model.pb. */
export function encodeSavedModel(model: SavedModelMessage): Uint8Array {
  return schema.lookupType('SavedModel').encode(model).finish();
}
