// Detaches a tensor from the gradient tape.
import { engine, type Tensor } from '@tensorflow/tfjs-core';

/** A tensor that shares x's memory and stops gradients. */
export function detach<T extends Tensor>(x: T): T {
  engine().backend.incRef(x.dataId);
  return engine().makeTensorFromTensorInfo({ dataId: x.dataId, shape: x.shape, dtype: x.dtype }) as T;
}
