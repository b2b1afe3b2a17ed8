// Convolutions with explicit paddings. TensorFlow's fast CPU kernels know only SAME and VALID (EXPLICIT falls back to much slower
// ones, and tfjs-node refuses it for gradients), so any other padding is a Pad or a Slice around VALID.
import type { KernelConfig, Tensor, Tensor4D } from '@tensorflow/tfjs-core';
import { pad as applyPad, slice, tensor1d } from '@tensorflow/tfjs-core';
import { AttributeType, DataType, type OpAttribute, stringAttribute, typeAttribute } from './graph.ts';
import { kernel, type NativeBackend } from './kernel.ts';

type Sides = [before: number, after: number];

/** Attributes as tfjs hands them to a convolution kernel; our layers always give explicit paddings. */
interface ConvolutionAttributes {
  strides: number | [number, number];
  pad: 'same' | 'valid' | [Sides, Sides, Sides, Sides];
}

interface Geometry {
  /** The forward convolution's input, [B, h, w, c]. */
  input: number[];
  padding: 'SAME' | 'VALID';
  /** Pixels added around the input first; undefined where the padding's name says it. */
  border: [Sides, Sides, Sides, Sides] | undefined;
  stride: [number, number];
}

/** input: [B, h, w, c] and filter: [kh, kw, in, out] are the shapes of the forward convolution. */
function geometryOf({ strides, pad }: ConvolutionAttributes, input: number[], filter: readonly number[]): Geometry {
  const stride: [number, number] = typeof strides === 'number' ? [strides, strides] : strides;
  if (typeof pad === 'string') return { input, padding: pad === 'same' ? 'SAME' : 'VALID', border: undefined, stride };
  if (pad.flat().every((size) => size === 0)) return { input, padding: 'VALID', border: undefined, stride };
  if (isSame(pad, stride, input, filter)) return { input, padding: 'SAME', border: undefined, stride };
  const padded = input.map((size, axis) => size + pad[axis]![0] + pad[axis]![1]);
  return { input: padded, padding: 'VALID', border: pad, stride };
}

function isSame(
  pad: readonly Sides[],
  stride: readonly number[],
  input: readonly number[],
  filter: readonly number[],
): boolean {
  return [0, 1].every((axis) => {
    const size = input[axis + 1]!;
    const total = Math.max((Math.ceil(size / stride[axis]!) - 1) * stride[axis]! + filter[axis]! - size, 0);
    const [before, after] = pad[axis + 1]!;
    return before === Math.floor(total / 2) && before + after === total;
  });
}

function attributesOf({ stride, padding }: Geometry): OpAttribute[] {
  const ints = (name: string, value: number[]): OpAttribute => ({ name, type: AttributeType.int, value });
  return [
    typeAttribute('T', DataType.float32),
    ints('strides', [1, ...stride, 1]),
    stringAttribute('padding', padding),
    stringAttribute('data_format', 'NHWC'),
    ints('dilations', [1, 1, 1, 1]),
    { name: 'use_cudnn_on_gpu', type: AttributeType.bool, value: true },
  ];
}

function withBorder(x: Tensor, { border }: Geometry): Tensor {
  return border ? applyPad(x, border) : x;
}

function run(backend: NativeBackend, op: string, geometry: Geometry, inputs: Tensor[]): Tensor {
  return backend.executeSingleOutput(op, attributesOf(geometry), inputs);
}

export const convolutionKernels: Omit<KernelConfig, 'backendName'>[] = [
  kernel('Conv2D', (backend, { x, filter }, attrs) => {
    const geometry = geometryOf(attrs as typeof attrs & ConvolutionAttributes, x!.shape, filter!.shape);
    return run(backend, 'Conv2D', geometry, [withBorder(x!, geometry), filter!]);
  }),
  kernel('Conv2DBackpropInput', (backend, { dy, filter }, attrs) => {
    const inputShape = attrs['inputShape'] as [number, number, number, number];
    const geometry = geometryOf(attrs as typeof attrs & ConvolutionAttributes, inputShape, filter!.shape);
    const sizes = tensor1d(geometry.input, 'int32');
    const dx = run(backend, 'Conv2DBackpropInput', geometry, [sizes, filter!, dy!]) as Tensor4D;
    const { border } = geometry;
    return border ? slice(dx, border.map(([before]) => before) as typeof inputShape, inputShape) : dx;
  }),
  kernel('Conv2DBackpropFilter', (backend, { x, dy }, attrs) => {
    const filterShape = attrs['filterShape'] as number[];
    const geometry = geometryOf(attrs as typeof attrs & ConvolutionAttributes, x!.shape, filterShape);
    const sizes = tensor1d(filterShape, 'int32');
    return run(backend, 'Conv2DBackpropFilter', geometry, [withBorder(x!, geometry), sizes, dy!]);
  }),
];
