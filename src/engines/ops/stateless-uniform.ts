// Random numbers made on the engine from a fed seed: the same seed gives the same bits on every engine.
import { concat, type Tensor, type Tensor1D, tensor1d } from '@tensorflow/tfjs-core';
import { type Op, runOp } from './op.ts';

/** seed: int32 [2] -> uniform float32 in [0, 1), TensorFlow's StatelessRandomUniform. Every engine has its own kernel. */
export const statelessUniformOp: Op = { kernelName: 'StatelessUniform' };

/** Where a step's random numbers come from: its seed (int32 [1]), and a number per draw. */
export interface Randomness {
  seed: Tensor1D;
  nextDraw: () => number;
}

/** Uniform values in [0, 1) of a shape from a fed seed (int32 [1]) and the number of the draw within the function. */
export function statelessUniform(shape: readonly number[], seed: Tensor1D, draw: number): Tensor {
  return runOp(statelessUniformOp, { seed: concat([seed, tensor1d([draw], 'int32')]) }, { shape: [...shape] });
}
