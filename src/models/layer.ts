// What a layer is: its output's shape, its parameters, and its computation. One file per kind in layers/.
import type { Scalar, Tensor, Tensor1D } from '@tensorflow/tfjs-core';
import type { Layer } from '../config/schema/layers.ts';
import type { Shape } from '../engines/engine.ts';
import type { Initializers, Start } from './initial-distributions.ts';

/** One variable of a layer. Its full name is `network/index/part`. */
export interface Parameter {
  part: string;
  shape: Shape;
  /** Whether the optimizer changes it; batch-norm statistics and singular vectors are changed by the layer itself. */
  trainable: boolean;
  start: Start;
}

/** What a layer sees of its surroundings while it computes. */
export interface LayerContext {
  /** Training: the batch's own statistics and dropout. Inference: moving averages, no dropout. */
  training: boolean;
  /** How many training passes the moving averages have seen (scalar); undefined if so many that their start is forgotten. */
  trainedPasses: Scalar | undefined;
  /** This layer's variable. */
  parameter(part: string): Tensor;
  /** Notes a new value of one of this layer's variables. */
  update(part: string, value: Tensor): void;
  /** Seed of this step's random masks, int32 [1]; each draw within a step has its own number. */
  noiseSeed: Tensor1D | undefined;
  nextDraw(): number;
}

/**
 * kernel: multiplies by a kernel, its main weights; the gradient keeps its output in memory.
 * batchStatistics: normalises by statistics of the batch, so it needs at least two values per channel.
 * random: draws random numbers in training.
 */
export type LayerTrait = 'kernel' | 'batchStatistics' | 'random';

/** How one type of layer works. Shapes are without the batch: [n] or [height, width, channels]. */
export interface LayerDefinition<Options> {
  /** What the rest of the program must know of the layer; empty for most. */
  traits: readonly LayerTrait[];
  /** Throws a ShapeProblem where the input does not fit. */
  outputShape(options: Options, input: Shape): Shape;
  /** `network` says how what the options leave open starts. */
  parameters?(options: Options, input: Shape, network: Initializers): Parameter[];
  apply(options: Options, x: Tensor, context: LayerContext): Tensor;
}

export type LayerOf<Type extends Layer['type']> = Extract<Layer, { type: Type }>;

/** A layer cannot take its input: what it expected and what would help. */
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
