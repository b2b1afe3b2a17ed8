// Adds a bias per channel. A custom op so that its gradient is a single reduction.
import { add, sum, type Tensor, type Tensor1D, zerosLike } from '@tensorflow/tfjs-core';
import { type Op, runOp } from './op.ts';

export const biasAddGradientOp: Op = {
  kernelName: 'BiasAddGradient',
  compose: ({ dy }) => {
    const axes = dy!.shape.map((_, axis) => axis).slice(0, -1);
    return sum(dy!, axes);
  },
  gradient: {
    inputsToSave: ['dy'],
    gradFunc: (ddbias, [dy]) => ({ dy: () => add(zerosLike(dy!), ddbias as Tensor) }),
  },
};

export const biasAddOp: Op = {
  kernelName: 'BiasAdd',
  compose: ({ x, bias }) => add(x!, bias!),
  gradient: {
    gradFunc: (dy) => ({ x: () => dy as Tensor, bias: () => runOp(biasAddGradientOp, { dy: dy as Tensor }) }),
  },
};

/** x: [..., C], bias: [C] -> [..., C]. */
export function biasAdd(x: Tensor, bias: Tensor1D): Tensor {
  return runOp(biasAddOp, { x, bias });
}
