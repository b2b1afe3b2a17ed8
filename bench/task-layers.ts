// A network's layers in the form other frameworks need: with shapes and explicit padding.
import type { Layer } from '../src/config/schema/layers.ts';
import type { Shape } from '../src/engines/engine.ts';
import { convolutionPadding, pair, type Sides } from '../src/models/layers/padding.ts';
import type { Network } from '../src/models/network.ts';
import { type IncomparableLayer, isIncomparable } from './comparable.ts';

type Convolution = Extract<Layer, { type: 'conv' | 'convTranspose' }>;

/** The padding of a convolution. */
interface Edges {
  /** Whether this is TensorFlow's SAME. */
  same: boolean;
  /**
   * Per axis: zeros before and after the input that some window reaches; for a transposed convolution, pixels cropped from the
   * VALID output.
   */
  sides: [Sides, Sides];
}

type TaskConvolution = Convolution & { kernel: [number, number]; stride: [number, number] } & Edges;

/** A layer of the config with its shapes, without the batch dimension. */
export type TaskLayer = (Exclude<Layer, Convolution | IncomparableLayer> | TaskConvolution) & {
  input: Shape;
  output: Shape;
};

export function taskLayers({ layers }: Network): TaskLayer[] {
  return layers.map(({ layer, input, output }) => {
    if (isIncomparable(layer)) throw new Error(`${layer.type} is incomparable.`);
    if (layer.type !== 'conv' && layer.type !== 'convTranspose') return { ...layer, input, output };
    const [kernel, stride] = [pair(layer.kernel), pair(layer.stride)];
    return { ...layer, kernel, stride, input, output, ...edgesOf(layer, input, output) };
  });
}

function edgesOf(layer: Convolution, input: Shape, output: Shape): Edges {
  const vertical = edgesAlong(layer, 0, input[0]!, output[0]!);
  const horizontal = edgesAlong(layer, 1, input[1]!, output[1]!);
  return { same: vertical.same && horizontal.same, sides: [vertical.sides, horizontal.sides] };
}

/** A transposed convolution has the padding of the convolution from its output to its input. */
function edgesAlong(layer: Convolution, axis: 0 | 1, input: number, output: number): { same: boolean; sides: Sides } {
  const [kernel, stride] = [pair(layer.kernel)[axis], pair(layer.stride)[axis]];
  const [large, small] = layer.type === 'conv' ? [input, output] : [output, input];
  const [before] = convolutionPadding(layer.padding, axis, large, kernel, stride);
  const [sameBefore] = convolutionPadding('same', axis, large, kernel, stride);
  const after = (small - 1) * stride + kernel - before - large;
  return { same: before === sameBefore && small === Math.ceil(large / stride), sides: [before, after] };
}
