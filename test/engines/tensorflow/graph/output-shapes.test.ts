// The inferred shapes equal TensorFlow's, and a trace does not compute the expensive ops.
import assert from 'node:assert/strict';
import { before, test } from 'node:test';
import { engine } from '@tensorflow/tfjs-core';
import { registerOps } from '../../../../src/engines/ops/register.ts';
import { type Binding, loadBinding, type TensorMetadata } from '../../../../src/engines/tensorflow/binding.ts';
import { createChoices } from '../../../../src/engines/tensorflow/convolutions/choices.ts';
import { startTensorflow } from '../../../../src/engines/tensorflow/engine.ts';
import {
  AttributeType,
  DataType,
  type OpAttribute,
  stringAttribute,
  typeAttribute,
} from '../../../../src/engines/tensorflow/graph/graph.ts';
import { opShapes, outputsOf } from '../../../../src/engines/tensorflow/graph/output-shapes.ts';
import { findInstallation } from '../../../../src/engines/tensorflow/install/location.ts';
import { tensorflowKernels } from '../../../../src/engines/tensorflow/recording/kernels.ts';
import { createRecorder } from '../../../../src/engines/tensorflow/recording/recorder.ts';
import { traceProgram } from '../../../../src/engines/tensorflow/recording/trace.ts';
import { noTensorflow } from '../../../helpers/tensorflow.ts';
import { smallGan } from '../../small-gan.ts';

let native: Binding;

before(async () => {
  if (noTensorflow) return;
  await startTensorflow(findInstallation()!);
  native = loadBinding(findInstallation()!).binding;
});

/** float32 of a shape, or a list or a matrix of int32. */
type Input = { shape: number[] } | { ints: number[] } | { matrix: number[][] };

interface Case {
  op: string;
  inputs: Input[];
  attributes?: OpAttribute[];
  outputs?: number;
  /** Whether the attributes are complete, without an added `T` of float32. */
  untyped?: boolean;
}

const of = (...shape: number[]): Input => ({ shape });
const ints = (name: string, ...value: number[]): OpAttribute => ({
  name,
  type: AttributeType.int,
  value: value.length === 1 ? value[0]! : value,
});
const flag = (name: string, value: boolean): OpAttribute => ({ name, type: AttributeType.bool, value });
const number = (name: string, value: number): OpAttribute => ({ name, type: AttributeType.float, value });
const nhwc = stringAttribute('data_format', 'NHWC');

interface Sizes {
  x: number[];
  w: number[];
  y: number[];
  stride: [number, number];
  padding: 'SAME' | 'VALID';
  dilation?: [number, number];
}

/** Output sizes by hand: ceil(n / s) with SAME, ceil((n - (k - 1) d) / s) with VALID. */
const convolutions: Sizes[] = [
  { x: [2, 8, 9, 3], w: [5, 5, 3, 4], y: [2, 4, 5, 4], stride: [2, 2], padding: 'SAME' },
  { x: [2, 8, 9, 3], w: [5, 5, 3, 4], y: [2, 2, 3, 4], stride: [2, 2], padding: 'VALID' },
  { x: [1, 7, 10, 2], w: [3, 2, 2, 5], y: [1, 7, 10, 5], stride: [1, 1], padding: 'SAME' },
  { x: [1, 7, 10, 2], w: [3, 2, 2, 5], y: [1, 3, 3, 5], stride: [2, 3], padding: 'VALID' },
  { x: [3, 4, 4, 2], w: [4, 4, 2, 1], y: [3, 1, 1, 1], stride: [1, 1], padding: 'VALID' },
  { x: [2, 9, 9, 3], w: [4, 4, 3, 4], y: [2, 3, 3, 4], stride: [1, 1], padding: 'VALID', dilation: [2, 2] },
  { x: [2, 9, 11, 3], w: [3, 4, 3, 4], y: [2, 9, 11, 4], stride: [1, 1], padding: 'SAME', dilation: [3, 2] },
  { x: [2, 9, 11, 3], w: [3, 2, 3, 4], y: [2, 3, 8, 4], stride: [1, 1], padding: 'VALID', dilation: [3, 3] },
];

function convolutionCases({ x, w, y, stride, padding, dilation }: Sizes): Case[] {
  const attributes = [ints('strides', 1, ...stride, 1), stringAttribute('padding', padding), nhwc];
  const dilated = [...attributes, ints('dilations', 1, ...(dilation ?? [1, 1]), 1)];
  const forward = { op: 'Conv2D', inputs: [of(...x), of(...w)], attributes: dilated };
  if (dilation) return [forward];
  return [
    forward,
    { ...forward, attributes }, // without dilations, as tfjs's own kernels may
    { op: 'Conv2DBackpropInput', inputs: [{ ints: x }, of(...w), of(...y)], attributes: dilated },
    { op: 'Conv2DBackpropFilter', inputs: [of(...x), { ints: w }, of(...y)], attributes: dilated },
  ];
}

const product = (a: number[], b: number[], adjointA: boolean, adjointB: boolean): Case => ({
  op: 'BatchMatMulV2',
  inputs: [of(...a), of(...b)],
  attributes: [flag('adj_x', adjointA), flag('adj_y', adjointB)],
});

const slope = number('alpha', 0.2);
const training = [typeAttribute('U', DataType.float32), number('epsilon', 0.001), nhwc, flag('is_training', true)];
const statistics = [of(3), of(3), of(3)];

const cases: Case[] = [
  ...convolutions.flatMap(convolutionCases),
  product([2, 3], [3, 5], false, false),
  product([3, 2], [3, 5], true, false),
  product([2, 3], [5, 3], false, true),
  product([3, 2], [5, 3], true, true),
  product([4, 2, 3], [4, 3, 5], false, false),
  product([1, 2, 3], [4, 3, 5], false, false),
  product([4, 3, 2], [1, 5, 3], true, true),
  product([6, 1, 2, 3], [4, 3, 5], false, false),
  { op: 'BiasAdd', inputs: [of(2, 3, 4, 5), of(5)], attributes: [nhwc] },
  { op: 'BiasAdd', inputs: [of(2, 5), of(5)], attributes: [nhwc] },
  ...['Relu', 'LeakyRelu', 'Tanh'].map((op) => ({ op, inputs: [of(2, 3, 4)], attributes: op === 'LeakyRelu' ? [slope] : [] })),
  ...['ReluGrad', 'LeakyReluGrad', 'TanhGrad'].map((op) => ({ op, inputs: [of(2, 3, 4), of(2, 3, 4)], attributes: op === 'LeakyReluGrad' ? [slope] : [] })),
  { op: 'FusedBatchNormV3', inputs: [of(2, 4, 5, 3), of(3), of(3), of(0), of(0)], attributes: training, outputs: 6 },
  { op: 'FusedBatchNormGradV3', inputs: [of(2, 4, 5, 3), of(2, 4, 5, 3), ...statistics, of(0)], attributes: training, outputs: 5 },
  { op: 'Transpose', inputs: [of(2, 3, 4, 5), { ints: [3, 1, 2, 0] }], attributes: [typeAttribute('Tperm', DataType.int32)] },
  { op: 'Transpose', inputs: [of(2, 3), { ints: [1, 0] }], attributes: [typeAttribute('Tperm', DataType.int32)] },
  ...['Add', 'Sub', 'Mul', 'RealDiv', 'GreaterEqual'].flatMap((op) => [
    { op, inputs: [of(2, 3, 4), of(4)] },
    { op, inputs: [of(), of(2, 3)] },
    { op, inputs: [of(2, 1, 3), of(2, 4, 1)] },
  ]),
  { op: 'Cast', inputs: [of(2, 3)], attributes: [typeAttribute('SrcT', DataType.float32), typeAttribute('DstT', DataType.float32)], untyped: true },
  { op: 'Cast', inputs: [{ ints: [1, 2] }], attributes: [typeAttribute('SrcT', DataType.int32), typeAttribute('DstT', DataType.float32)], untyped: true },
  { op: 'StatelessRandomUniform', inputs: [{ ints: [2, 5, 3] }, { ints: [1, 2] }], attributes: [typeAttribute('dtype', DataType.float32), typeAttribute('T', DataType.int32), typeAttribute('Tseed', DataType.int32)], untyped: true },
  { op: 'PadV2', inputs: [of(2, 3), { matrix: [[1, 2], [0, 4]] }, of()], attributes: [typeAttribute('Tpaddings', DataType.int32)] },
  { op: 'SpaceToDepth', inputs: [of(2, 4, 6, 3)], attributes: [ints('block_size', 2), nhwc] },
  { op: 'DepthToSpace', inputs: [of(2, 4, 6, 18)], attributes: [ints('block_size', 3), nhwc] },
]; // biome-ignore format: a table of ops

function shapeOf(input: Input): number[] {
  if ('shape' in input) return input.shape;
  return 'ints' in input ? [input.ints.length] : [input.matrix.length, input.matrix[0]!.length];
}

function intsOf(input: Input): number[] | undefined {
  if ('shape' in input) return undefined;
  return 'ints' in input ? input.ints : input.matrix.flat();
}

function create(input: Input): number {
  const [shape, values] = [shapeOf(input), intsOf(input)];
  if (values) return native.createTensor(shape, DataType.int32, Int32Array.from(values));
  const count = shape.reduce((total, side) => total * side, 1);
  return native.createTensor(shape, DataType.float32, new Float32Array(count).fill(0.5));
}

for (const { op, inputs, attributes = [], outputs = 1, untyped = false } of cases) {
  const given = inputs.map((input) => `[${shapeOf(input)}]`).join(' ');
  const options = attributes.map(({ name, value }) => `${name} ${value}`).join(', ');
  test(`${op} of ${given}: ${outputs} outputs, ${options}`, { skip: noTensorflow }, () => {
    const typed = untyped ? attributes : [typeAttribute('T', DataType.float32), ...attributes];
    const ids = inputs.map(create);
    const found = native.executeOp(op, typed, ids, outputs);
    const call = {
      attributes: typed,
      shapes: inputs.map(shapeOf),
      constant: (index: number) => intsOf(inputs[index]!),
    };
    const predicted = outputsOf(op, call, outputs);
    const compared = native.isUsingGpuDevice() ? 5 : 6; // batch norm's sixth output on a GPU is cuDNN's workspace
    assert.deepEqual(predicted?.shapes.slice(0, compared), found.map(({ shape }) => shape).slice(0, compared));
    assert.ok(
      found.every(({ dtype }) => dtype === predicted?.dtype),
      'what stands in is of the same type',
    );
    for (const id of [...ids, ...found.map(({ id }) => id)]) native.deleteTensor(id);
  });
}

test('every op of the table is compared with TensorFlow', () => {
  assert.deepEqual([...new Set(cases.map(({ op }) => op))].sort(), Object.keys(opShapes).sort());
});

test('infers nothing for other ops, for types other than float32, and for computed shapes', () => {
  const call = (type: number, axes: number[] | undefined) => ({
    attributes: [typeAttribute('T', type)],
    shapes: [[2, 3], [2]],
    constant: () => axes,
  });
  const float32 = DataType.float32;
  assert.deepEqual(outputsOf('Transpose', call(float32, [1, 0]), 1), { shapes: [[3, 2]], dtype: float32 });
  assert.equal(outputsOf('Transpose', call(DataType.int32, [1, 0]), 1), undefined);
  assert.equal(outputsOf('Transpose', call(float32, undefined), 1), undefined);
  assert.equal(outputsOf('Reshape', call(float32, [3, 2]), 1), undefined);
});

/** The native binding, which logs every op it computes. */
function overheard(computed: string[]): Binding {
  const members = Object.getOwnPropertyNames(native).map((name) => {
    const member: unknown = native[name as keyof Binding];
    return [name, typeof member === 'function' ? member.bind(native) : member];
  });
  const executeOp: Binding['executeOp'] = (name, ...rest): TensorMetadata[] => {
    computed.push(name);
    return native.executeOp(name, ...rest);
  };
  return { ...(Object.fromEntries(members) as Binding), executeOp };
}

test('a trace computes no convolution, no product and no activation', { skip: noTensorflow }, () => {
  const computed: string[] = [];
  const recorder = createRecorder(overheard(computed));
  const choices = createChoices(undefined);
  const backend = engine().backend as unknown as { binding: Binding };
  backend.binding = recorder.binding;
  registerOps('tensorflow', tensorflowKernels(recorder, choices));
  const { functions } = traceProgram(smallGan('simultaneous').program, { recorder, choices }, 'float32');
  const recorded = new Set(functions.flatMap(({ recording }) => recording.ops.map(({ op }) => op)));
  const predicted = Object.keys(opShapes).filter((op) => recorded.has(op));
  assert.deepEqual(
    predicted,
    Object.keys(opShapes).filter((op) => !['Transpose', 'PadV2', 'SpaceToDepth', 'DepthToSpace'].includes(op)), // small-gan has none
  );
  assert.ok(computed.includes('Reshape'), 'ops without inferred shapes are computed');
  assert.deepEqual(
    predicted.filter((op) => computed.includes(op)),
    [],
  );
});
