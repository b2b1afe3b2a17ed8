// The output shapes of the ops that take the most time. Tracing wants shapes only, so it need not compute them.
import { broadcast_util } from '@tensorflow/tfjs-core';
import { convolutionOf } from './convolutions/geometry.ts';
import { DataType, type OpAttribute } from './graph.ts';

export type Shape = readonly number[];

/** An op about to be traced: the shapes of its inputs, and the values of those that were made in JavaScript. */
export interface OpCall {
  attributes: readonly OpAttribute[];
  shapes: readonly Shape[];
  constant(input: number): readonly number[] | undefined;
}

type OutputShapes = (call: OpCall) => (Shape | undefined)[];

const likeFirst: OutputShapes = ({ shapes: [first] }) => [first];

export const opShapes: Readonly<Record<string, OutputShapes>> = {
  Conv2D: (call) => [convolved(call)],
  Conv2DBackpropInput: ({ constant }) => [constant(0)],
  Conv2DBackpropFilter: ({ constant }) => [constant(1)],
  BatchMatMulV2: (call) => [multiplied(call)],
  BiasAdd: likeFirst,
  Relu: likeFirst,
  ReluGrad: likeFirst,
  LeakyRelu: likeFirst,
  LeakyReluGrad: likeFirst,
  Tanh: likeFirst,
  TanhGrad: likeFirst,
  FusedBatchNormV3: ({ shapes: [x, scale] }) => [x, scale, scale, scale, scale, [0]], // the last has a length on a GPU
  FusedBatchNormGradV3: ({ shapes: [dy, , scale] }) => [dy, scale, scale, [], []],
  Transpose: ({ shapes: [x], constant }) => [constant(1)?.map((axis) => x![axis]!)],
};

/** The shapes of an op's outputs, all float32, or undefined where only running it tells. */
export function outputShapes(op: string, call: OpCall, outputCount: number): Shape[] | undefined {
  if (attribute(call, 'T') !== DataType.float32) return undefined;
  const found = opShapes[op]?.(call).slice(0, outputCount);
  return found?.every((shape) => shape !== undefined) ? found : undefined;
}

function attribute<Value>({ attributes }: OpCall, name: string): Value | undefined {
  return attributes.find((candidate) => candidate.name === name)?.value as Value | undefined;
}

function convolved(call: OpCall): Shape {
  const [x, filter] = call.shapes as [number[], number[]];
  const [, vertical, horizontal] = attribute<number[]>(call, 'strides')!;
  const dilations = attribute<number[]>(call, 'dilations') ?? [1, 1, 1, 1];
  const spread = filter.map((size, axis) => (axis < 2 ? (size - 1) * dilations[axis + 1]! + 1 : size));
  const pad = attribute<string>(call, 'padding') === 'SAME' ? 'same' : 'valid';
  return convolutionOf({ strides: [vertical!, horizontal!], pad }, x, spread).output;
}

function multiplied(call: OpCall): Shape {
  const [a, b] = call.shapes as [number[], number[]];
  const rows = attribute<boolean>(call, 'adj_x') ? a.at(-1)! : a.at(-2)!;
  const columns = attribute<boolean>(call, 'adj_y') ? b.at(-2)! : b.at(-1)!;
  return [...broadcast_util.assertAndGetBroadcastShape(a.slice(0, -2), b.slice(0, -2)), rows, columns];
}
