// Batch normalisation in training mode (Ioffe & Szegedy 2015): normalises with the batch's statistics and returns them.
import {
  add,
  mean,
  mul,
  rsqrt,
  scalar,
  square,
  sub,
  sum,
  type Tensor,
  type Tensor1D,
  type Tensor4D,
  zerosLike,
} from '@tensorflow/tfjs-core';
import { secondGradient } from './batch-norm-second.ts';
import { type Op, runMultiOutputOp } from './op.ts';

const allButChannels = [0, 1, 2];

/** Values per channel of a [B, H, W, C] tensor. */
function perChannel(x: Tensor): number {
  return x.size / x.shape[3]!;
}

/**
 * dy, x: [B, H, W, C], scale: [C] -> dx, dScale, dOffset. The reserves are those that the engine's forward op returned.
 * dx = scale / (n sigma) * (n dy - sum(dy) - xHat sum(dy xHat)), the sums over everything but the channel.
 */
export const batchNormGradientOp: Op = {
  kernelName: 'BatchNormGradient',
  compose: ({ dy, x, scale, reserve1, reserve2 }) => {
    const count = perChannel(x!);
    const normalised = mul(sub(x!, reserve1!), reserve2!);
    const offsetGradient = sum(dy!, allButChannels);
    const scaleGradient = sum(mul(dy!, normalised), allButChannels);
    const centred = sub(mul(dy!, count), add(offsetGradient, mul(normalised, scaleGradient)));
    return [mul(centred, mul(scale!, mul(reserve2!, 1 / count))), scaleGradient, offsetGradient];
  },
  gradient: {
    inputsToSave: ['dy', 'x', 'scale', 'reserve1', 'reserve2', 'reserve3'],
    gradFunc: (dds, [dy, x, scale, ...reserves], attributes) => {
      const gradients = secondGradient(
        dds as Tensor[],
        { dy: dy!, x: x!, scale: scale! },
        attributes['epsilon'] as number,
      );
      // The reserves are functions of x, which x's gradient already accounts for.
      const zeros = reserves.map((reserve, index) => [`reserve${index + 1}`, () => zerosLike(reserve)] as const);
      return { ...gradients, ...Object.fromEntries(zeros) };
    },
  },
};

/** x: [B, H, W, C] -> y, mean, unbiased variance, and three engine-specific reserves for the gradient. */
export const batchNormOp: Op = {
  kernelName: 'BatchNorm',
  compose: ({ x, scale, offset }, { epsilon }) => {
    const count = perChannel(x!);
    const average = mean(x!, allButChannels);
    const centred = sub(x!, average);
    const variance = mean(square(centred), allButChannels); // biased, for the normalisation
    const inverseDeviation = rsqrt(add(variance, epsilon as number));
    const y = add(mul(centred, mul(inverseDeviation, scale!)), offset!);
    return [y, average, mul(variance, count / Math.max(count - 1, 1)), average.clone(), inverseDeviation, scalar(0)];
  },
  gradient: {
    inputsToSave: ['x', 'scale'],
    outputsToSave: [false, false, false, true, true, true],
    gradFunc: (dys, [x, scale, reserve1, reserve2, reserve3], attributes) => {
      const dy = (dys as Tensor[])[0]!; // no gradient flows through the returned statistics
      const inputs = { dy, x: x!, scale: scale!, reserve1: reserve1!, reserve2: reserve2!, reserve3: reserve3! };
      const [dx, dScale, dOffset] = runMultiOutputOp(batchNormGradientOp, inputs, attributes);
      return { x: () => dx!, scale: () => dScale!, offset: () => dOffset! };
    },
  },
};

/**
 * Normalises each channel over the batch. x: [B, H, W, C]; scale, offset: [C].
 * @returns y, and the batch's mean and unbiased variance ([C]) for the moving averages
 */
export function batchNorm(
  x: Tensor4D,
  scale: Tensor1D,
  offset: Tensor1D,
  epsilon: number,
): { y: Tensor4D; mean: Tensor1D; variance: Tensor1D } {
  const [y, average, variance] = runMultiOutputOp(batchNormOp, { x, scale, offset }, { epsilon });
  return { y: y as Tensor4D, mean: average as Tensor1D, variance: variance as Tensor1D };
}
