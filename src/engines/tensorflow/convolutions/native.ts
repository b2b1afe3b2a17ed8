// TensorFlow's convolution ops. Its fast CPU kernels support only SAME and VALID (EXPLICIT falls back to much slower ones, and tfjs-node
// rejects it for gradients), so any other padding becomes a Pad or a Slice around VALID.
import { pad as applyPad, slice, type Tensor, type Tensor4D, tensor1d } from '@tensorflow/tfjs-core';
import { AttributeType, DataType, type OpAttribute, stringAttribute, typeAttribute } from '../graph/graph.ts';
import type { NativeBackend } from '../recording/kernel.ts';
import { type Convolution, type Sides, samePadding } from './geometry.ts';

interface Padding {
  name: 'SAME' | 'VALID';
  /** Padding to add to the input first, if the name alone does not describe it. */
  border: [Sides, Sides, Sides, Sides] | undefined;
}

function paddingOf({ pad, input, filter, stride }: Convolution): Padding {
  if (pad.flat().every((size) => size === 0)) return { name: 'VALID', border: undefined };
  const isSame = ([0, 1] as const).every((axis) => {
    const [before, after] = samePadding(input[axis + 1]!, filter[axis], stride[axis]);
    return before === pad[axis][0] && after === pad[axis][1];
  });
  return isSame ? { name: 'SAME', border: undefined } : { name: 'VALID', border: [[0, 0], ...pad, [0, 0]] };
}

function attributes([vertical, horizontal]: [number, number], padding: string, dilation = [1, 1]): OpAttribute[] {
  const ints = (name: string, value: number[]): OpAttribute => ({ name, type: AttributeType.int, value });
  return [
    typeAttribute('T', DataType.float32),
    ints('strides', [1, vertical, horizontal, 1]),
    stringAttribute('padding', padding),
    stringAttribute('data_format', 'NHWC'),
    ints('dilations', [1, ...dilation, 1]),
    { name: 'use_cudnn_on_gpu', type: AttributeType.bool, value: true },
  ];
}

function withBorder(x: Tensor, { border }: Padding): Tensor {
  return border ? applyPad(x, border) : x;
}

/** y: [B, h, w, F]. */
export function forward(backend: NativeBackend, convolution: Convolution, x: Tensor, filter: Tensor): Tensor {
  const padding = paddingOf(convolution);
  return backend.executeSingleOutput('Conv2D', attributes(convolution.stride, padding.name), [
    withBorder(x, padding),
    filter,
  ]);
}

/** dx: [B, H, W, C]. */
export function inputGradient(backend: NativeBackend, convolution: Convolution, dy: Tensor, filter: Tensor): Tensor {
  const padding = paddingOf(convolution);
  const { border } = padding;
  const sizes = convolution.input.map((size, axis) => size + (border ? border[axis]![0] + border[axis]![1] : 0));
  const inputs = [tensor1d(sizes, 'int32'), filter, dy];
  const dx = backend.executeSingleOutput('Conv2DBackpropInput', attributes(convolution.stride, padding.name), inputs);
  if (!border) return dx;
  return slice(dx as Tensor4D, border.map(([before]) => before) as [number, number, number, number], convolution.input);
}

/** dw: [kh, kw, C, F]. */
export function filterGradient(backend: NativeBackend, convolution: Convolution, x: Tensor, dy: Tensor): Tensor {
  const padding = paddingOf(convolution);
  const inputs = [withBorder(x, padding), tensor1d(convolution.filter, 'int32'), dy];
  return backend.executeSingleOutput('Conv2DBackpropFilter', attributes(convolution.stride, padding.name), inputs);
}

/** A convolution without padding. x: [B, H, W, C], filter: [kh, kw, C, F]. */
export function validConvolution(
  backend: NativeBackend,
  x: Tensor,
  filter: Tensor,
  { stride = [1, 1], dilation = [1, 1] }: { stride?: [number, number]; dilation?: [number, number] } = {},
): Tensor {
  return backend.executeSingleOutput('Conv2D', attributes(stride, 'VALID', dilation), [x, filter]);
}

/** [B, H, W, C] -> [B, h, w, kh kw C]: the pixels that each output of a convolution without padding reads (im2col). */
export function patches(
  backend: NativeBackend,
  x: Tensor,
  [kernelHeight, kernelWidth]: readonly [number, number, ...number[]],
  [vertical, horizontal]: [number, number],
): Tensor {
  const ints = (name: string, value: number[]): OpAttribute => ({ name, type: AttributeType.int, value });
  return backend.executeSingleOutput(
    'ExtractImagePatches',
    [
      typeAttribute('T', DataType.float32),
      ints('ksizes', [1, kernelHeight, kernelWidth, 1]),
      ints('strides', [1, vertical, horizontal, 1]),
      ints('rates', [1, 1, 1, 1]),
      stringAttribute('padding', 'VALID'),
    ],
    [x],
  );
}

/** [B, s h, s w, C] -> [B, h, w, s s C]: moves the pixels of each s x s block into channels, in row-major order. */
export function spaceToDepth(backend: NativeBackend, x: Tensor, blockSize: number): Tensor {
  return rearranged(backend, 'SpaceToDepth', x, blockSize);
}

/** The inverse of spaceToDepth. */
export function depthToSpace(backend: NativeBackend, x: Tensor, blockSize: number): Tensor {
  return rearranged(backend, 'DepthToSpace', x, blockSize);
}

function rearranged(backend: NativeBackend, op: string, x: Tensor, blockSize: number): Tensor {
  return backend.executeSingleOutput(
    op,
    [
      typeAttribute('T', DataType.float32),
      { name: 'block_size', type: AttributeType.int, value: blockSize },
      stringAttribute('data_format', 'NHWC'),
    ],
    [x],
  );
}
