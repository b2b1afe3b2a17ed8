// Random numbers computed on the engine from a fed seed: the same seed gives the same bits on every engine.
import { concat, type Tensor, type Tensor1D, tensor1d } from '@tensorflow/tfjs-core';
import { type Op, runOp } from './op.ts';

/** seed: int32 [2] -> uniform float32 in [0, 1), TensorFlow's StatelessRandomUniform. Every engine has its own kernel. */
export const statelessUniformOp: Op = { kernelName: 'StatelessUniform' };

/** The source of a step's random numbers: its seed (int32 [1]), and a counter that numbers the draws. */
export interface Randomness {
  seed: Tensor1D;
  nextDraw: () => number;
}

/** Uniform values in [0, 1) from a fed seed (int32 [1]) and the index of the draw within the function. */
export function statelessUniform(shape: readonly number[], seed: Tensor1D, draw: number): Tensor {
  return runOp(statelessUniformOp, { seed: concat([seed, tensor1d([draw], 'int32')]) }, { shape: [...shape] });
}
