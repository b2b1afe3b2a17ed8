// A form is one of several algorithms that compute a convolution or one of its gradients.
import type { Tensor } from '@tensorflow/tfjs-core';
import type { NativeBackend } from '../recording/kernel.ts';
import type { Convolution } from './geometry.ts';

export interface Form {
  name: string;
  /** Whether it has intermediate results in common with the convolution's other kinds; a graph computes these once. */
  shares?: true;
  fits(convolution: Convolution): boolean;
  /** The two tensors are x and w for the convolution, dy and w for its input gradient, x and dy for its filter gradient. */
  compute(backend: NativeBackend, convolution: Convolution, first: Tensor, second: Tensor): Tensor;
}
