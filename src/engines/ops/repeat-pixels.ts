// Nearest-neighbour upsampling by integer factors. A custom op because TensorFlow's gradient of it sums in varying order on a GPU,
// which would make runs irreproducible, and tfjs has no gradient of that gradient.
import { avgPool, image, mul, type Tensor, type Tensor4D } from '@tensorflow/tfjs-core';
import { type Op, runOp } from './op.ts';

type Factors = [vertical: number, horizontal: number];

/** dy: [B, fh h, fw w, C] -> [B, h, w, C], summed over the copies of each pixel. */
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

/** Repeats every pixel factors[0] x factors[1] times. [B, h, w, C] -> [B, fh h, fw w, C]. */
export function repeatPixels(x: Tensor4D, factors: Factors): Tensor4D {
  return runOp(repeatPixelsOp, { x }, { factors }) as Tensor4D;
}
