// Nearest-neighbour upsampling by whole factors. An operation of its own because TensorFlow's gradient of it adds in any
// order on a GPU, so that a run could not be repeated to the bit, and tfjs has no gradient of that gradient.
import { avgPool, image, mul, type Tensor, type Tensor4D } from '@tensorflow/tfjs-core';
import { type Op, runOp } from './op.ts';

type Factors = [vertical: number, horizontal: number];

/** dy: [B, fh h, fw w, C] -> [B, h, w, C], the sum over each pixel's copies. */
const sumPixelsOp: Op = {
  kernelName: 'SumPixels',
  compose: ({ dy }, { factors }) => {
    const [vertical, horizontal] = factors as Factors;
    return mul(avgPool(dy as Tensor4D, [vertical, horizontal], [vertical, horizontal], 'valid'), vertical * horizontal);
  },
  gradient: {
    gradFunc: (ddx, _, attributes) => ({ dy: () => runOp(repeatPixelsOp, { x: ddx as Tensor }, attributes) }),
  },
};

/** x: [B, h, w, C] -> [B, fh h, fw w, C]. */
const repeatPixelsOp: Op = {
  kernelName: 'RepeatPixels',
  compose: ({ x }, { factors }) => {
    const [vertical, horizontal] = factors as Factors;
    const [, height, width] = x!.shape as [number, number, number, number];
    return image.resizeNearestNeighbor(x as Tensor4D, [height * vertical, width * horizontal]);
  },
  gradient: {
    gradFunc: (dy, _, attributes) => ({ x: () => runOp(sumPixelsOp, { dy: dy as Tensor }, attributes) }),
  },
};

export const pixelOps: Op[] = [repeatPixelsOp, sumPixelsOp];

/** Every pixel becomes factors[0] x factors[1] of the same value. [B, h, w, C] -> [B, fh h, fw w, C]. */
export function repeatPixels(x: Tensor4D, factors: Factors): Tensor4D {
  return runOp(repeatPixelsOp, { x }, { factors }) as Tensor4D;
}
