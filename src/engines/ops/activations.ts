// The activations' gradients as one operation each; tfjs composes them from three to eight.
import { type GradConfig, greater, mul, square, sub, type Tensor, where, zerosLike } from '@tensorflow/tfjs-core';
import { type Op, runOp } from './op.ts';

/** d relu(x) = dy where y > 0. Saved: y. */
export const reluGradientOp: Op = {
  kernelName: 'ReluGradient',
  compose: ({ dy, y }) => where(greater(y!, 0), dy!, zerosLike(dy!)),
};

/** d leakyRelu(x) = dy where x > 0, else slope * dy. Saved: x. Linear in dy, so it is its own gradient there. */
export const leakyReluGradientOp: Op = {
  kernelName: 'LeakyReluGradient',
  compose: ({ dy, x }, { alpha }) => where(greater(x!, 0), dy!, mul(dy!, alpha as number)),
  gradient: {
    inputsToSave: ['x'],
    gradFunc: (dy, [x], attributes) => ({
      dy: () => runOp(leakyReluGradientOp, { dy: dy as Tensor, x: x! }, attributes),
      x: () => zerosLike(x!),
    }),
  },
};

/** d tanh(x) = dy (1 - y^2). Saved: y. */
export const tanhGradientOp: Op = {
  kernelName: 'TanhGradient',
  compose: ({ dy, y }) => mul(dy!, sub(1, square(y!))),
};

/** d sigmoid(x) = dy y (1 - y). Saved: y. */
export const sigmoidGradientOp: Op = {
  kernelName: 'SigmoidGradient',
  compose: ({ dy, y }) => mul(dy!, mul(y!, sub(1, y!))),
};

function fromOutput(kernelName: string, gradientOp: Op): GradConfig {
  return {
    kernelName,
    outputsToSave: [true],
    gradFunc: (dy, [y]) => ({ x: () => runOp(gradientOp, { dy: dy as Tensor, y: y! }) }),
  };
}

/** These take the place of tfjs's gradients for its own activation kernels. */
export const activationGradients: GradConfig[] = [
  fromOutput('Relu', reluGradientOp),
  fromOutput('Tanh', tanhGradientOp),
  fromOutput('Sigmoid', sigmoidGradientOp),
  {
    kernelName: 'LeakyRelu',
    inputsToSave: ['x'],
    gradFunc: (dy, [x], attributes) => ({
      x: () => runOp(leakyReluGradientOp, { dy: dy as Tensor, x: x! }, attributes),
    }),
  },
];
