// Encodes the ONNX protobuf messages that a generator needs (github.com/onnx/onnx, onnx/onnx.proto).
import protobuf from 'protobufjs';

export interface OnnxTensor {
  name: string;
  dims: readonly number[];
  dataType: number;
  rawData: Uint8Array; // row-major, little-endian
}

interface OnnxAttribute {
  name: string;
  type: number;
  f?: number;
  i?: number;
  s?: Uint8Array;
  ints?: readonly number[];
}

export interface OnnxNode {
  name: string;
  opType: string;
  input: readonly string[];
  output: readonly string[];
  attribute: readonly OnnxAttribute[];
}

export interface OnnxValue {
  name: string;
  type: { tensorType: { elemType: number; shape: { dim: readonly ({ dimParam: string } | { dimValue: number })[] } } };
}

export interface OnnxModel {
  irVersion: number;
  opsetImport: readonly { domain: string; version: number }[];
  producerName: string;
  docString: string;
  metadataProps: readonly { key: string; value: string }[];
  graph: {
    name: string;
    node: readonly OnnxNode[];
    initializer: readonly OnnxTensor[];
    input: readonly OnnxValue[];
    output: readonly OnnxValue[];
  };
}

/** TensorProto.DataType. */
export const DataType = { float32: 1, uint8: 2, int64: 7 } as const;

export const floatAttribute = (name: string, f: number): OnnxAttribute => ({ name, type: 1, f });
export const intAttribute = (name: string, i: number): OnnxAttribute => ({ name, type: 2, i });
export const textAttribute = (name: string, s: string): OnnxAttribute => ({ name, type: 3, s: Buffer.from(s) });
export const intsAttribute = (name: string, ints: readonly number[]): OnnxAttribute => ({ name, type: 7, ints });

const one = (type: string, id: number) => ({ type, id });
const many = (type: string, id: number) => ({ rule: 'repeated', type, id });

const schema = protobuf.Root.fromJSON({
  nested: {
    ModelProto: {
      fields: {
        irVersion: one('int64', 1),
        producerName: one('string', 2),
        docString: one('string', 6),
        graph: one('GraphProto', 7),
        opsetImport: many('OperatorSetIdProto', 8),
        metadataProps: many('StringStringEntryProto', 14),
      },
    },
    OperatorSetIdProto: { fields: { domain: one('string', 1), version: one('int64', 2) } },
    StringStringEntryProto: { fields: { key: one('string', 1), value: one('string', 2) } },
    GraphProto: {
      fields: {
        node: many('NodeProto', 1),
        name: one('string', 2),
        initializer: many('TensorProto', 5),
        input: many('ValueInfoProto', 11),
        output: many('ValueInfoProto', 12),
      },
    },
    NodeProto: {
      fields: {
        input: many('string', 1),
        output: many('string', 2),
        name: one('string', 3),
        opType: one('string', 4),
        attribute: many('AttributeProto', 5),
      },
    },
    AttributeProto: {
      fields: {
        name: one('string', 1),
        f: one('float', 2),
        i: one('int64', 3),
        s: one('bytes', 4),
        ints: many('int64', 8),
        type: one('int32', 20),
      },
    },
    TensorProto: {
      fields: {
        dims: many('int64', 1),
        dataType: one('int32', 2),
        name: one('string', 8),
        rawData: one('bytes', 9),
      },
    },
    ValueInfoProto: { fields: { name: one('string', 1), type: one('TypeProto', 2) } },
    TypeProto: { fields: { tensorType: one('TensorType', 1) } },
    TensorType: { fields: { elemType: one('int32', 1), shape: one('TensorShapeProto', 2) } },
    TensorShapeProto: { fields: { dim: many('Dimension', 1) } },
    Dimension: { fields: { dimValue: one('int64', 1), dimParam: one('string', 2) } },
  },
});

/** The bytes of an .onnx file. */
export function encodeOnnx(model: OnnxModel): Uint8Array {
  return schema.lookupType('ModelProto').encode(model).finish();
}
