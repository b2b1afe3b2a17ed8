// The part of tfjs-node-gpu's generated protobuf messages (dist/proto/api_pb.js, untyped) that graph-file.ts uses.

export interface ProtoShape {
  setDimList(dimensions: readonly ProtoDimension[]): void;
}
interface ProtoDimension {
  setSize(size: number): void;
}
export interface ProtoTensor {
  setDtype(dtype: number): void;
  setTensorShape(shape: ProtoShape): void;
  setTensorContent(bytes: Uint8Array): void;
  setFloatValList(values: readonly number[]): void;
}
interface ProtoList {
  setIList(values: readonly number[]): void;
}
export interface ProtoAttribute {
  setList(list: ProtoList): void;
  setS(bytes: Uint8Array): void;
  setI(value: number): void;
  setF(value: number): void;
  setB(value: boolean): void;
  setType(value: number): void;
  setShape(shape: ProtoShape): void;
  setTensor(tensor: ProtoTensor): void;
}
export interface ProtoNode {
  setName(name: string): void;
  setOp(op: string): void;
  setInputList(inputs: readonly string[]): void;
  getAttrMap(): { set(name: string, value: ProtoAttribute): void };
}
interface ProtoVersions {
  setProducer(version: number): void;
}
interface ProtoGraph {
  setVersions(versions: ProtoVersions): void;
  setNodeList(nodes: readonly ProtoNode[]): void;
}
interface ProtoMetaInfo {
  setTagsList(tags: readonly string[]): void;
}
export interface ProtoTensorInfo {
  setName(name: string): void;
  setDtype(dtype: number): void;
  setTensorShape(shape: ProtoShape): void;
}
interface ProtoSignature {
  setMethodName(name: string): void;
  getInputsMap(): { set(name: string, value: ProtoTensorInfo): void };
  getOutputsMap(): { set(name: string, value: ProtoTensorInfo): void };
}
interface ProtoMetaGraph {
  setMetaInfoDef(info: ProtoMetaInfo): void;
  setGraphDef(graph: ProtoGraph): void;
  getSignatureDefMap(): { set(name: string, value: ProtoSignature): void };
}
interface ProtoSavedModel {
  setSavedModelSchemaVersion(version: number): void;
  setMetaGraphsList(graphs: readonly ProtoMetaGraph[]): void;
  serializeBinary(): Uint8Array;
}

type Constructor<T> = new () => T;

export interface ProtoMessages {
  GraphDef: Constructor<ProtoGraph>;
  VersionDef: Constructor<ProtoVersions>;
  NodeDef: Constructor<ProtoNode>;
  AttrValue: Constructor<ProtoAttribute> & { ListValue: Constructor<ProtoList> };
  TensorShape: Constructor<ProtoShape> & { Dim: Constructor<ProtoDimension> };
  Tensor: Constructor<ProtoTensor>;
  TensorInfo: Constructor<ProtoTensorInfo>;
  SignatureDef: Constructor<ProtoSignature>;
  MetaGraphDef: Constructor<ProtoMetaGraph> & { MetaInfoDef: Constructor<ProtoMetaInfo> };
  SavedModel: Constructor<ProtoSavedModel>;
}
