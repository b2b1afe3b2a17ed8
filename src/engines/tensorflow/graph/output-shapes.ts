// Infers the output shapes of the most expensive ops, so that tracing need not compute them.
import { broadcast_util } from '@tensorflow/tfjs-core';
import { convolutionOf } from '../convolutions/geometry.ts';
import { DataType, type OpAttribute } from './graph.ts';

type Shape = readonly number[];

/** An op about to be traced: the shapes of its inputs, and the values of those created in JavaScript. */
export interface OpCall {
  attributes: readonly OpAttribute[];
  shapes: readonly Shape[];
  constant(input: number): readonly number[] | undefined;
}

export interface Outputs {
  shapes: readonly Shape[];
  dtype: number;
}

type OutputShapes = (call: OpCall) => (Shape | undefined)[];

const likeFirst: OutputShapes = ({ shapes: [first] }) => [first];

const broadcast: OutputShapes = ({ shapes: [a, b] }) => [broadcast_util.assertAndGetBroadcastShape([...a!], [...b!])];

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
  FusedBatchNormV3: ({ shapes: [x, scale] }) => [x, scale, scale, scale, scale, [0]], // the last is not empty on a GPU
  FusedBatchNormGradV3: ({ shapes: [dy, , scale] }) => [dy, scale, scale, [], []],
  Transpose: ({ shapes: [x], constant }) => [constant(1)?.map((axis) => x![axis]!)],
  Add: broadcast,
  Sub: broadcast,
  Mul: broadcast,
  RealDiv: broadcast,
  GreaterEqual: broadcast,
  Cast: likeFirst,
  StatelessRandomUniform: ({ constant }) => [constant(0)],
  PadV2: ({ shapes: [x], constant }) => [constant(1) && padded(x!, constant(1)!)],
  SpaceToDepth: (call) => [rearranged(call, 1 / attribute<number>(call, 'block_size')!)],
  DepthToSpace: (call) => [rearranged(call, attribute<number>(call, 'block_size')!)],
};

/** The attributes with an op's compute type and its output type, unless both are `T`. */
const typesOf: Readonly<Record<string, { compute: string; output: string | number }>> = {
  GreaterEqual: { compute: 'T', output: DataType.bool },
  Cast: { compute: 'DstT', output: 'DstT' },
  StatelessRandomUniform: { compute: 'dtype', output: 'dtype' },
};

/** An op's outputs, if it computes in float32; undefined if they are known only after running it. */
export function outputsOf(op: string, call: OpCall, outputCount: number): Outputs | undefined {
  const { compute, output } = typesOf[op] ?? { compute: 'T', output: 'T' };
  if (attribute(call, compute) !== DataType.float32) return undefined;
  const shapes = opShapes[op]?.(call).slice(0, outputCount);
  if (!shapes?.every((shape) => shape !== undefined)) return undefined;
  return { shapes, dtype: typeof output === 'string' ? attribute<number>(call, output)! : output };
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

/** `sides` is the padding [rank, 2], flattened. */
function padded(x: Shape, sides: readonly number[]): Shape {
  return x.map((size, axis) => size + sides[2 * axis]! + sides[2 * axis + 1]!);
}

/** [B, H, W, C] -> [B, s H, s W, C / s^2]. */
function rearranged({ shapes: [x] }: OpCall, scale: number): Shape {
  const [batch, height, width, channels] = x as [number, number, number, number];
  return [batch, height * scale, width * scale, channels / scale ** 2];
}
