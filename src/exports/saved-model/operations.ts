// Converts layers to TensorFlow operations, NHWC, for any batch size.
import type { Shape } from '../../engines/engine.ts';
import { samePadding } from '../../engines/tensorflow/convolutions/geometry.ts';
import {
  AttributeType,
  type ConstantValue,
  DataType,
  type OpAttribute,
  stringAttribute,
  typeAttribute,
} from '../../engines/tensorflow/graph/graph.ts';
import type { Sides } from '../../models/layers/padding.ts';
import type { InferenceLayer, InferenceLayerOf } from '../inference-layers.ts';

/** One TensorFlow operation. */
export interface SingleOperation {
  op: string;
  /** `value` is the output of the operation before, `sizes` the batch size and `outputShape`, int32 [4]. */
  inputs: readonly ('value' | 'sizes' | ConstantValue)[];
  outputShape?: Shape;
  /** In addition to T, which is always float32. */
  attributes?: readonly OpAttribute[];
}

/** The sum of branches that all take the value before it. */
export interface Sum {
  sum: readonly Operation[][];
}

export type Operation = SingleOperation | Sum;

const floats = (values: Float32Array, shape: Shape = [values.length]): ConstantValue => ({
  shape,
  dtype: DataType.float32,
  values,
});
export const scalar = (value: number): ConstantValue => floats(Float32Array.of(value), []);
export const integers = (...values: number[]): ConstantValue => ({
  shape: [values.length],
  dtype: DataType.int32,
  values: Int32Array.from(values),
});
const intsAttribute = (name: string, value: readonly number[]): OpAttribute => ({
  name,
  type: AttributeType.int,
  value,
});
const flag = (name: string, value: boolean): OpAttribute => ({ name, type: AttributeType.bool, value });

const unary = (op: string): SingleOperation => ({ op, inputs: ['value'] });
export const binary = (op: string, right: ConstantValue): SingleOperation => ({ op, inputs: ['value', right] });

export function operationsOf(layer: InferenceLayer): Operation[] {
  switch (layer.type) {
    case 'dense':
      return [binary('MatMul', floats(layer.kernel, [...layer.input, ...layer.output])), ...biasOf(layer)];
    case 'conv':
      return [conv(layer), ...biasOf(layer)];
    case 'convTranspose':
      return [convTranspose(layer), ...biasOf(layer)];
    case 'batchNorm':
      return batchNorm(layer);
    case 'upsample':
      return [upsample(layer)];
    case 'averagePool':
      return [averagePool(layer)];
    case 'residual':
      return [{ sum: [layer.layers, layer.shortcut].map((layers) => layers.flatMap(operationsOf)) }];
    case 'reshape':
    case 'flatten':
      return [
        { ...binary('Reshape', integers(-1, ...layer.output)), attributes: [typeAttribute('Tshape', DataType.int32)] },
      ];
    case 'leakyRelu':
      return [
        { ...unary('LeakyRelu'), attributes: [{ name: 'alpha', type: AttributeType.float, value: layer.slope }] },
      ];
    case 'relu':
      return [unary('Relu')];
    case 'tanh':
      return [unary('Tanh')];
    case 'sigmoid':
      return [unary('Sigmoid')];
  }
}

function biasOf({ bias }: InferenceLayerOf<'dense' | 'conv' | 'convTranspose'>): Operation[] {
  return bias ? [binary('BiasAdd', floats(bias))] : [];
}

function conv({ kernel, size, stride, padding, input, output }: InferenceLayerOf<'conv'>): Operation {
  return {
    ...binary('Conv2D', floats(kernel, [...size, input[2]!, output[2]!])),
    attributes: windowAttributes(input, size, stride, padding),
  };
}

/** The gradient of a convolution from the output's size to the input's. */
function convTranspose({ kernel, size, stride, crop, input, output }: InferenceLayerOf<'convTranspose'>): Operation {
  const padding = crop.map(([before, after]): Sides => [before, Math.max(0, after)]) as [Sides, Sides];
  return {
    op: 'Conv2DBackpropInput',
    inputs: ['sizes', floats(kernel, [...size, output[2]!, input[2]!]), 'value'],
    outputShape: output,
    attributes: windowAttributes(output, size, stride, padding),
  };
}

/** Uses SAME and VALID if they equal these paddings, because TensorFlow's kernels for explicit ones are slower. */
function windowAttributes(
  image: Shape,
  size: readonly [number, number],
  stride: readonly [number, number],
  padding: readonly [Sides, Sides],
): OpAttribute[] {
  const isSame = padding.every(([before, after], axis) => {
    const same = samePadding(image[axis]!, size[axis]!, stride[axis]!);
    return before === same[0] && after === same[1];
  });
  const isNone = padding.flat().every((pixels) => pixels === 0);
  return [
    intsAttribute('strides', [1, ...stride, 1]),
    stringAttribute('padding', isNone ? 'VALID' : isSame ? 'SAME' : 'EXPLICIT'),
    ...(isNone || isSame ? [] : [intsAttribute('explicit_paddings', [0, 0, ...padding.flat(), 0, 0])]),
  ];
}

/** x a + b with a = gamma / sqrt(variance + epsilon) and b = beta - mean a. */
function batchNorm({ gamma, beta, mean, variance, epsilon }: InferenceLayerOf<'batchNorm'>): Operation[] {
  const factor = gamma.map((scale, channel) => scale / Math.sqrt(variance[channel]! + epsilon));
  const offset = beta.map((shift, channel) => shift - mean[channel]! * factor[channel]!);
  return [binary('Mul', floats(factor)), binary('AddV2', floats(offset))];
}

function upsample({ method, output }: InferenceLayerOf<'upsample'>): Operation {
  return {
    ...binary(method === 'nearest' ? 'ResizeNearestNeighbor' : 'ResizeBilinear', integers(output[0]!, output[1]!)),
    attributes: [flag('half_pixel_centers', method === 'bilinear')],
  };
}

function averagePool({ size }: InferenceLayerOf<'averagePool'>): Operation {
  const window = [1, ...size, 1];
  const attributes = [intsAttribute('ksize', window), intsAttribute('strides', window)];
  return { ...unary('AvgPool'), attributes: [...attributes, stringAttribute('padding', 'VALID')] };
}
