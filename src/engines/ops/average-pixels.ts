// Average pooling of non-overlapping windows. A custom op because tfjs has no gradient of its gradient.
import { avgPool, mul, type Tensor, type Tensor4D } from '@tensorflow/tfjs-core';
import { type Op, runOp } from './op.ts';
import { repeatPixels } from './repeat-pixels.ts';

type Size = [height: number, width: number];

export const averagePixelsOp: Op = {
  kernelName: 'AveragePixels',
  compose: ({ x }, { size }) => avgPool(x as Tensor4D, size as Size, size as Size, 'valid'),
  gradient: {
    gradFunc: (dy, _, { size }) => {
      const [height, width] = size as unknown as Size;
      return { x: () => mul(repeatPixels(dy as Tensor4D, [height, width]), 1 / (height * width)) as Tensor };
    },
  },
};

/** x: [B, fh h, fw w, C] -> [B, h, w, C] with size [fh, fw]. */
export function averagePixels(x: Tensor4D, size: Size): Tensor4D {
  return runOp(averagePixelsOp, { x }, { size }) as Tensor4D;
}
