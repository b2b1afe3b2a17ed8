// Custom operations: a tfjs kernel name, the gradient, and a composition of tfjs ops for engines without a kernel.
import { engine, type GradConfig, type NamedAttrMap, type NamedTensorMap, type Tensor } from '@tensorflow/tfjs-core';

export interface Op {
  kernelName: string;
  gradient?: Omit<GradConfig, 'kernelName'>;
  /** Composes the operation of tfjs ops, for engines without a kernel for it. */
  compose?: (inputs: NamedTensorMap, attributes: NamedAttrMap) => Tensor | Tensor[];
}

/** Runs an operation with one output on the current engine. */
export function runOp(op: Op, inputs: NamedTensorMap, attributes: NamedAttrMap = {}): Tensor {
  return engine().runKernel(op.kernelName, inputs, attributes) as Tensor;
}

/** Runs an operation with several outputs on the current engine. */
export function runMultiOutputOp(op: Op, inputs: NamedTensorMap, attributes: NamedAttrMap = {}): Tensor[] {
  return engine().runKernel(op.kernelName, inputs, attributes) as Tensor[];
}
