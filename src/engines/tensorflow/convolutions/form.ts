// What a form is: the same numbers as a convolution or one of its gradients, by other operations.
import type { Tensor } from '@tensorflow/tfjs-core';
import type { NativeBackend } from '../recording/kernel.ts';
import type { Convolution } from './geometry.ts';

export interface Form {
  name: string;
  /** Whether it has parts that the other kinds of the same convolution have too; a graph computes them once. */
  shares?: true;
  fits(convolution: Convolution): boolean;
  /** The two tensors are x and w for the convolution, dy and w for its input gradient, x and dy for its filter gradient. */
  compute(backend: NativeBackend, convolution: Convolution, first: Tensor, second: Tensor): Tensor;
}
