// What an operation of ours is: a tfjs kernel name, its gradient, and how to compose it where an engine has no kernel for it.
import { engine, type GradConfig, type NamedAttrMap, type NamedTensorMap, type Tensor } from '@tensorflow/tfjs-core';

export interface Op {
  kernelName: string;
  gradient?: Omit<GradConfig, 'kernelName'>;
  /** The operation in tfjs's own ops, for engines without a kernel of their own. */
  compose?: (inputs: NamedTensorMap, attributes: NamedAttrMap) => Tensor | Tensor[];
}

/** Runs an operation with one output on the current engine. */
export function runOp(op: Op, inputs: NamedTensorMap, attributes: NamedAttrMap = {}): Tensor {
  return engine().runKernel(op.kernelName, inputs, attributes) as Tensor;
}

/** Runs an operation with several outputs on the current engine. */
export function runOpForAll(op: Op, inputs: NamedTensorMap, attributes: NamedAttrMap = {}): Tensor[] {
  return engine().runKernel(op.kernelName, inputs, attributes) as Tensor[];
}
