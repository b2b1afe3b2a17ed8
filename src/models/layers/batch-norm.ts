// Batch normalisation: the batch's statistics while training, their moving averages at inference.
import { add, batchNorm4d, div, mul, pow, reshape, sub, type Tensor1D, type Tensor4D } from '@tensorflow/tfjs-core';
import { batchNorm as normaliseBatch } from '../../engines/ops/batch-norm.ts';
import type { LayerContext, LayerKind, LayerOf } from '../layer.ts';

type Options = LayerOf<'batchNorm'>;

export const batchNorm: LayerKind<Options> = {
  outputShape: (_, input) => input,
  parameters(_, input) {
    const shape = [input.at(-1)!];
    return [
      { part: 'gamma', shape, trainable: true, start: 'ones' },
      { part: 'beta', shape, trainable: true, start: 'zeros' },
      { part: 'movingMean', shape, trainable: false, start: 'zeros' },
      { part: 'movingVariance', shape, trainable: false, start: 'ones' },
    ];
  },
  apply(options, x, context) {
    const image: Tensor4D = x.rank === 4 ? (x as Tensor4D) : reshape(x, [x.shape[0]!, 1, 1, x.shape[1]!]);
    const y = context.training ? train(options, image, context) : infer(options, image, context);
    return x.rank === 4 ? y : reshape(y, x.shape);
  },
};

function train({ epsilon, momentum }: Options, x: Tensor4D, context: LayerContext): Tensor4D {
  const { y, mean, variance } = normaliseBatch(x, vector(context, 'gamma'), vector(context, 'beta'), epsilon);
  // moving = momentum moving + (1 - momentum) batch, with the unbiased variance (PyTorch and TensorFlow's fused op)
  const average = (part: string, batch: Tensor1D) =>
    context.update(part, add(mul(context.parameter(part), momentum), mul(batch, 1 - momentum)));
  average('movingMean', mean);
  average('movingVariance', variance);
  return y;
}

function infer({ epsilon, momentum }: Options, x: Tensor4D, context: LayerContext): Tensor4D {
  const { mean, variance } = movingStatistics(momentum, context);
  return batchNorm4d(x, mean, variance, vector(context, 'beta'), vector(context, 'gamma'), epsilon);
}

/**
 * The moving averages without what is left of their starting values (mean 0, variance 1): after n passes these have
 * weight momentum^n, as in Adam's bias correction. Without this a young generator's samples are a uniform gray.
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
