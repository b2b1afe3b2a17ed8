// Batch normalisation (Ioffe & Szegedy 2015): the batch's statistics in training, their moving averages at inference.
import {
  add,
  batchNorm4d,
  div,
  fill,
  mul,
  pow,
  reshape,
  sub,
  type Tensor,
  type Tensor1D,
  type Tensor4D,
} from '@tensorflow/tfjs-core';
import { batchNorm as normaliseBatch } from '../../engines/ops/batch-norm.ts';
import { gammaDistribution, ones, zeros } from '../initial-distributions.ts';
import type { LayerContext, LayerDefinition, LayerOf, Parameter } from '../layer.ts';

type Options = LayerOf<'batchNorm'>;

export const batchNorm: LayerDefinition<Options> = {
  traits: ['batchStatistics', 'featurewise'],
  outputShape: (_, input) => input,
  parameters({ scale, center, gammaInitializer }, input) {
    const shape = [input.at(-1)!];
    const parameters: Parameter[] = [
      { part: 'movingMean', shape, trainable: false, initial: zeros },
      { part: 'movingVariance', shape, trainable: false, initial: ones },
    ];
    if (center) parameters.unshift({ part: 'beta', shape, trainable: true, initial: zeros });
    if (scale)
      parameters.unshift({ part: 'gamma', shape, trainable: true, initial: gammaDistribution(gammaInitializer) });
    return parameters;
  },
  apply(options, x, context) {
    const image: Tensor4D = x.rank === 4 ? (x as Tensor4D) : reshape(x, [x.shape[0]!, 1, 1, x.shape[1]!]);
    const y = context.training ? train(options, image, context) : infer(options, image, context);
    return x.rank === 4 ? y : reshape(y, x.shape);
  },
};

function train(options: Options, x: Tensor4D, context: LayerContext): Tensor4D {
  const { scale, offset } = affine(options, x, context);
  const { y, mean, variance } = normaliseBatch(x, scale, offset, options.epsilon);
  // moving = momentum moving + (1 - momentum) batch
  const average = (part: string, batch: Tensor) =>
    context.update(part, add(mul(context.parameter(part), options.momentum), mul(batch, 1 - options.momentum)));
  average('movingMean', mean);
  average('movingVariance', options.variance === 'biased' ? mul(variance, biasOfVariance(x)) : variance);
  return y;
}

/** Biased over unbiased variance: (n - 1) / n for the n values of a channel. */
function biasOfVariance(x: Tensor4D): number {
  const count = x.size / x.shape[3];
  return Math.max(count - 1, 1) / count; // both are 0 for a single value
}

function infer(options: Options, x: Tensor4D, context: LayerContext): Tensor4D {
  const { mean, variance } = movingStatistics(options.momentum, context);
  const { scale, offset } = affine(options, x, context);
  return batchNorm4d(x, mean, variance, offset, scale, options.epsilon);
}

/** gamma and beta, [C] each. */
function affine({ scale, center }: Options, x: Tensor4D, context: LayerContext): { scale: Tensor1D; offset: Tensor1D } {
  const channels: [number] = [x.shape[3]];
  return {
    scale: scale ? vector(context, 'gamma') : fill(channels, 1),
    offset: center ? vector(context, 'beta') : fill(channels, 0),
  };
}

/**
 * The moving averages, [C] each, corrected for their initial values (mean 0, variance 1), whose weight after n passes is
 * momentum^n, as in Adam's bias correction. Without it a generator's first samples are uniformly gray.
 */
function movingStatistics(momentum: number, context: LayerContext): { mean: Tensor1D; variance: Tensor1D } {
  const [mean, variance] = [vector(context, 'movingMean'), vector(context, 'movingVariance')];
  if (!context.trainedPasses) return { mean, variance };
  const startWeight = pow(momentum, context.trainedPasses);
  const seenWeight = sub(1, startWeight);
  return { mean: div(mean, seenWeight), variance: div(sub(variance, startWeight), seenWeight) };
}

function vector(context: LayerContext, part: string): Tensor1D {
  return context.parameter(part) as Tensor1D;
}
