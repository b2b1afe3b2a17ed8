// Consecutive integers, computed on the engine because a traced function must not create large tensors in JavaScript.
import { cumsum, onesLike, sub, type Tensor1D, zeros } from '@tensorflow/tfjs-core';

/** 0, 1, ... count - 1 as float32. */
export function indices(count: number): Tensor1D {
  return sub(cumsum(onesLike(zeros([count]))), 1);
}
