// Defines kernels of the tensorflow engine, which run native ops on the backend.
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

/** tfjs's current backend, which must be the tensorflow engine's. */
export function nativeBackend(): NativeBackend {
  return engine().backend as unknown as NativeBackend;
}

export type Kernel = Omit<KernelConfig, 'backendName'>;
type Inputs = Record<string, Tensor>;

/** A kernel whose helper tensors (shapes, constants) are disposed when it returns. */
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
