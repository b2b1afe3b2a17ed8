// The interface of a layer: its traits, output shape, parameters and computation. layers/ has one file per type.
import type { Scalar, Tensor, Tensor1D } from '@tensorflow/tfjs-core';
import type { Layer } from '../config/schema/layers.ts';
import type { Shape } from '../engines/engine.ts';
import type { InitialDistribution, Initializers } from './initial-distributions.ts';

/** One variable of a layer. Its full name is `network/place/part`. */
export interface Parameter {
  part: string;
  shape: Shape;
  /** Whether the optimizer updates it. The layer itself updates batch-norm statistics and singular vectors. */
  trainable: boolean;
  initial: InitialDistribution;
}

/** What a layer's computation may use besides its input. */
export interface LayerContext {
  /** In training, batch norm uses the batch's statistics and dropout is active. */
  training: boolean;
  /** Training passes of the moving averages so far (scalar); undefined if enough to ignore their initial values. */
  trainedPasses: Scalar | undefined;
  /** The current value of one of the layer's variables. */
  parameter(part: string): Tensor;
  /** Sets the new value of one of the layer's variables. */
  update(part: string, value: Tensor): void;
  /** Seed of the step's random numbers, int32 [1]; each draw adds its own number. */
  noiseSeed: Tensor1D | undefined;
  nextDraw(): number;
}

/**
 * kernel: multiplies by a kernel, its main weights; the gradient keeps its output in memory.
 * batchStatistics: normalises by statistics of the batch, so it needs at least two values per channel.
 * random: draws random numbers in training.
 * featurewise: computes each feature of a vector alone, so that permuted inputs give permuted outputs. Exports and imports move the
 * permutation between TensorFlow's and PyTorch's order of features through such layers to the nearest weights.
 */
export type LayerTrait = 'kernel' | 'batchStatistics' | 'random' | 'featurewise';

/** How one type of layer works. Shapes are without the batch: [n] or [height, width, channels]. */
export interface LayerDefinition<Options> {
  /** What the rest of the program must know of the layer; empty for most. */
  traits: readonly LayerTrait[];
  /** Throws a ShapeProblem where the input does not fit. */
  outputShape(options: Options, input: Shape): Shape;
  /** `network` has the initializers of parameters for which the options have none. */
  parameters?(options: Options, input: Shape, network: Initializers): Parameter[];
  apply(options: Options, x: Tensor, context: LayerContext): Tensor;
}

export type LayerOf<Type extends Layer['type']> = Extract<Layer, { type: Type }>;

/** Thrown by a layer that cannot take its input; shape inference adds the layer's name. */
export class ShapeProblem extends Error {
  readonly fix: string | undefined;

  constructor(message: string, fix?: string) {
    super(message);
    this.fix = fix;
  }
}

export function expectImage(input: Shape, layer: string): [height: number, width: number, channels: number] {
  if (input.length === 3) return [input[0]!, input[1]!, input[2]!];
  throw new ShapeProblem(
    `${layer} needs an image of features [height, width, channels]`,
    'Put a reshape layer before it.',
  );
}

export function expectVector(input: Shape, layer: string): number {
  if (input.length === 1) return input[0]!;
  throw new ShapeProblem(`${layer} needs a vector [n]`, 'Put a flatten layer before it.');
}
