// A TensorFlow graph as plain data: built from recordings, rewritten by passes, written by graph-file.ts.

/** An attribute in the native binding's format: `type` is one of its TF_ATTR_* codes. */
export interface OpAttribute {
  name: string;
  type: number;
  value: boolean | number | string | readonly number[];
}

/** A constant's shape and values. */
export interface ConstantValue {
  shape: readonly number[];
  dtype: number;
  values: Float32Array | Int32Array | Uint8Array;
}

export interface GraphNode {
  /** Unique in the graph; slashes group nodes by function. */
  name: string;
  op: string;
  /** `name` or `name:k` for output k; `^name` for a control input. */
  inputs: string[];
  attributes: OpAttribute[];
  /** Only for op `Const`. */
  constant?: ConstantValue;
  /** Shape of output 0 when the op was recorded; not written to the file. */
  shape?: readonly number[];
}

/** The subset of TensorFlow's codes (types.proto and tfjs-node's TF_ATTR_*) that is used here. */
export const DataType = { float32: 1, int32: 3, uint8: 4, bool: 10, bfloat16: 14 } as const;
export const AttributeType = { string: 0, int: 1, float: 2, bool: 3, type: 4, shape: 5 } as const;

export function typeAttribute(name: string, dtype: number): OpAttribute {
  return { name, type: AttributeType.type, value: dtype };
}

export function stringAttribute(name: string, value: string): OpAttribute {
  return { name, type: AttributeType.string, value };
}

export function shapeAttribute(name: string, shape: readonly number[]): OpAttribute {
  return { name, type: AttributeType.shape, value: shape };
}

export function constantNode(name: string, constant: ConstantValue): GraphNode {
  return { name, op: 'Const', inputs: [], attributes: [typeAttribute('dtype', constant.dtype)], constant };
}

export function castNode(name: string, input: string, from: number, to: number): GraphNode {
  return { name, op: 'Cast', inputs: [input], attributes: [typeAttribute('SrcT', from), typeAttribute('DstT', to)] };
}
