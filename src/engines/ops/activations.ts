// Gradients of the activations as one operation each, where tfjs composes three to eight. They are differentiable themselves, for
// gradient penalties.
import { type GradConfig, greater, mul, square, sub, type Tensor, where, zerosLike } from '@tensorflow/tfjs-core';
import { type Op, runOp } from './op.ts';

/** d relu(x) = dy where y > 0. Saves y. Linear in dy, so it is its own gradient with respect to dy. */
export const reluGradientOp: Op = {
  kernelName: 'ReluGradient',
  compose: ({ dy, y }) => where(greater(y!, 0), dy!, zerosLike(dy!)),
  gradient: {
    inputsToSave: ['y'],
    gradFunc: (ddx, [y]) => ({
      dy: () => runOp(reluGradientOp, { dy: ddx as Tensor, y: y! }),
      y: () => zerosLike(y!),
    }),
  },
};

/**
 * d leakyRelu(x) = dy where y > 0, else slope * dy. Saves y, which has x's sign, so that only the activation reads x and an engine can
 * fuse it with the op before. Linear in dy, so it is its own gradient with respect to dy.
 */
export const leakyReluGradientOp: Op = {
  kernelName: 'LeakyReluGradient',
  compose: ({ dy, y }, { alpha }) => where(greater(y!, 0), dy!, mul(dy!, alpha as number)),
  gradient: {
    inputsToSave: ['y'],
    gradFunc: (dy, [y], attributes) => ({
      dy: () => runOp(leakyReluGradientOp, { dy: dy as Tensor, y: y! }, attributes),
      y: () => zerosLike(y!),
    }),
  },
};

/**
 * d tanh(x) = dy (1 - y^2). x is an input only for this op's own gradient: tfjs does not track gradients through saved outputs, so the
 * gradient with respect to y is returned as one with respect to x.
 */
export const tanhGradientOp: Op = {
  kernelName: 'TanhGradient',
  compose: ({ dy, y }) => mul(dy!, sub(1, square(y!))),
  gradient: smoothGradient(
    () => tanhGradientOp,
    (y) => mul(y, -2),
  ),
};

/** d sigmoid(x) = dy y (1 - y), with x as in tanh. */
export const sigmoidGradientOp: Op = {
  kernelName: 'SigmoidGradient',
  compose: ({ dy, y }) => mul(dy!, mul(y!, sub(1, y!))),
  gradient: smoothGradient(
    () => sigmoidGradientOp,
    (y) => sub(1, mul(y, 2)),
  ),
};

/** The gradients of dy f'(x), where f' is a function of y = f(x): ddx f' for dy, and ddx dy (df'/dy) f' for x. */
function smoothGradient(op: () => Op, slopeOf: (y: Tensor) => Tensor): NonNullable<Op['gradient']> {
  return {
    inputsToSave: ['dy', 'x', 'y'],
    gradFunc: (gradient, saved) => {
      const ddx = gradient as Tensor;
      const [dy, x, y] = saved as [Tensor, Tensor, Tensor];
      return {
        dy: () => runOp(op(), { dy: ddx, x, y }),
        x: () => runOp(op(), { dy: mul(mul(ddx, dy), slopeOf(y)), x, y }),
        y: () => zerosLike(y),
      };
    },
  };
}

function gradientFromOutput(kernelName: string, gradientOp: Op): GradConfig {
  return {
    kernelName,
    inputsToSave: ['x'],
    outputsToSave: [true],
    gradFunc: (dy, [x, y]) => ({ x: () => runOp(gradientOp, { dy: dy as Tensor, x: x!, y: y! }) }),
  };
}

/** Replace tfjs's gradients of its activation kernels. */
export const activationGradients: GradConfig[] = [
  {
    kernelName: 'Relu',
    outputsToSave: [true],
    gradFunc: (dy, [y]) => ({ x: () => runOp(reluGradientOp, { dy: dy as Tensor, y: y! }) }),
  },
  {
    kernelName: 'LeakyRelu',
    outputsToSave: [true],
    gradFunc: (dy, [y], attributes) => ({
      x: () => runOp(leakyReluGradientOp, { dy: dy as Tensor, y: y! }, attributes),
    }),
  },
  gradientFromOutput('Tanh', tanhGradientOp),
  gradientFromOutput('Sigmoid', sigmoidGradientOp),
];
