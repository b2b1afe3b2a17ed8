// How a kernel of the native engine is written: named inputs and attributes in, native ops run on the backend.
import {
  engine,
  type KernelConfig,
  type NamedAttrMap,
  type NamedTensorInfoMap,
  type Tensor,
  type TensorInfo,
  tidy,
} from '@tensorflow/tfjs-core';
import type { OpAttribute } from '../graph/graph.ts';

/** The part of tfjs-node-gpu's backend class that runs native ops on tensors. */
export interface NativeBackend {
  executeSingleOutput(op: string, attributes: OpAttribute[], inputs: TensorInfo[]): Tensor;
  executeMultipleOutputs(op: string, attributes: OpAttribute[], inputs: TensorInfo[], count: number): Tensor[];
}

/** tfjs's present backend, where that is the native engine's. */
export function nativeBackend(): NativeBackend {
  return engine().backend as unknown as NativeBackend;
}

export type Kernel = Omit<KernelConfig, 'backendName'>;
type Inputs = Record<string, Tensor>;

/** A kernel whose helper tensors (shapes, constants) are let go at its end. */
export function kernel(
  kernelName: string,
  run: (backend: NativeBackend, inputs: Inputs, attributes: NamedAttrMap) => Tensor | Tensor[],
): Kernel {
  return {
    kernelName,
    kernelFunc: ({ inputs, attrs, backend }) =>
      tidy(() => run(backend as NativeBackend, inputs as NamedTensorInfoMap as Inputs, attrs ?? {})),
  };
}
