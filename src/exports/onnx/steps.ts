// Converts layers to ONNX operators, NCHW (github.com/onnx/onnx/blob/main/docs/Operators.md, opset 13).
import type { Shape } from '../../engines/engine.ts';
import { permute } from '../../models/permute.ts';
import type { InferenceLayer, InferenceLayerOf } from '../inference-layers.ts';
import { floatAttribute, intsAttribute, type OnnxNode, textAttribute } from './messages.ts';

export interface Constant {
  shape: Shape;
  values: Float32Array | BigInt64Array;
}

/** One operator; its inputs are the value before it, then the constants. */
export interface Operator {
  op: string;
  /** Omitted inputs are undefined. */
  constants?: readonly (Constant | undefined)[];
  attributes?: OnnxNode['attribute'];
}

/** The sum of branches that all take the value before it. */
export interface Sum {
  sum: readonly Step[][];
}

export type Step = Operator | Sum;

const vector = (values: Float32Array): Constant => ({ shape: [values.length], values });
export const scalar = (value: number): Constant => ({ shape: [], values: Float32Array.of(value) });
export const integers = (...values: number[]): Constant => ({
  shape: [values.length],
  values: BigInt64Array.from(values, BigInt),
});

const transposed = (...order: number[]): Operator => ({ op: 'Transpose', attributes: [intsAttribute('perm', order)] });
const toNchw = transposed(0, 3, 1, 2);
const toNhwc = transposed(0, 2, 3, 1);

export function stepsOf(layer: InferenceLayer): Step[] {
  switch (layer.type) {
    case 'dense':
      return [dense(layer)];
    case 'conv':
      return [conv(layer)];
    case 'convTranspose':
      return [convTranspose(layer)];
    case 'batchNorm':
      return [batchNorm(layer)];
    case 'upsample':
      return [upsample(layer)];
    case 'averagePool':
      return [averagePool(layer)];
    case 'residual':
      return [{ sum: [layer.layers, layer.shortcut].map((layers) => layers.flatMap(stepsOf)) }];
    case 'reshape': // 0 keeps the batch
      return [...(layer.input.length === 3 ? [toNhwc] : []), reshaped(0, ...layer.output), toNchw];
    case 'flatten':
      return [...(layer.input.length === 3 ? [toNhwc] : []), reshaped(0, -1)];
    case 'leakyRelu':
      return [{ op: 'LeakyRelu', attributes: [floatAttribute('alpha', layer.slope)] }];
    case 'relu':
      return [{ op: 'Relu' }];
    case 'tanh':
      return [{ op: 'Tanh' }];
    case 'sigmoid':
      return [{ op: 'Sigmoid' }];
  }
}

function reshaped(...shape: number[]): Step {
  return { op: 'Reshape', constants: [integers(...shape)] };
}

function dense({ kernel, bias, input, output }: InferenceLayerOf<'dense'>): Step {
  return { op: 'Gemm', constants: [{ shape: [...input, ...output], values: kernel }, ...(bias ? [vector(bias)] : [])] };
}

function conv({ kernel, bias, size, stride, padding, input, output }: InferenceLayerOf<'conv'>): Step {
  return {
    op: 'Conv',
    constants: [channelsFirst(kernel, [...size, input[2]!, output[2]!]), ...(bias ? [vector(bias)] : [])],
    attributes: [
      intsAttribute('kernel_shape', size),
      intsAttribute('strides', stride),
      intsAttribute('pads', [padding[0][0], padding[1][0], padding[0][1], padding[1][1]]),
    ],
  };
}

function convTranspose(layer: InferenceLayerOf<'convTranspose'>): Step {
  const { kernel, bias, size, stride, crop, input, output } = layer;
  const [vertical, horizontal] = crop;
  return {
    op: 'ConvTranspose',
    constants: [channelsFirst(kernel, [...size, output[2]!, input[2]!]), ...(bias ? [vector(bias)] : [])],
    attributes: [
      intsAttribute('kernel_shape', size),
      intsAttribute('strides', stride),
      intsAttribute('pads', [vertical[0], horizontal[0], Math.max(0, vertical[1]), Math.max(0, horizontal[1])]),
      intsAttribute('output_padding', [Math.max(0, -vertical[1]), Math.max(0, -horizontal[1])]),
    ],
  };
}

/** [height, width, a, b] -> [b, a, height, width]: OIHW, or IOHW for transposed convolutions. */
function channelsFirst(kernel: Float32Array, shape: [number, number, number, number]): Constant {
  const [height, width, a, b] = shape;
  return { shape: [b, a, height, width], values: permute(kernel, shape, [3, 2, 0, 1]) };
}

function batchNorm({ gamma, beta, mean, variance, epsilon }: InferenceLayerOf<'batchNorm'>): Step {
  return {
    op: 'BatchNormalization',
    constants: [gamma, beta, mean, variance].map(vector),
    attributes: [floatAttribute('epsilon', epsilon)],
  };
}

function averagePool({ size }: InferenceLayerOf<'averagePool'>): Step {
  return { op: 'AveragePool', attributes: [intsAttribute('kernel_shape', size), intsAttribute('strides', size)] };
}

function upsample({ factor, method }: InferenceLayerOf<'upsample'>): Step {
  const scales = vector(Float32Array.of(1, 1, ...factor));
  const attributes =
    method === 'nearest'
      ? { mode: 'nearest', coordinate_transformation_mode: 'asymmetric', nearest_mode: 'floor' }
      : { mode: 'linear', coordinate_transformation_mode: 'half_pixel' };
  return {
    op: 'Resize',
    constants: [undefined, scales], // no region of interest
    attributes: Object.entries(attributes).map(([name, value]) => textAttribute(name, value)),
  };
}
