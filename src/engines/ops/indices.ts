// Whole numbers in order, made on the engine: a recorded function may not make many different values in JavaScript.
import { cumsum, onesLike, sub, type Tensor1D, zeros } from '@tensorflow/tfjs-core';

/** 0, 1, ... count - 1 as float32. */
export function indices(count: number): Tensor1D {
  return sub(cumsum(onesLike(zeros([count]))), 1);
}
