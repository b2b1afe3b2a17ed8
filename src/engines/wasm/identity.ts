// Identity and no-op casts share the input's memory, as in tfjs's other backends; its WASM backend copies. Tensors are immutable.
import '@tensorflow/tfjs-backend-wasm';
import type { BackendWasm } from '@tensorflow/tfjs-backend-wasm';
import { Cast, getKernel, Identity, type TensorInfo } from '@tensorflow/tfjs-core';
import type { WasmKernel } from './kernel.ts';

const stockCast = getKernel(Cast, 'wasm')!;

const identity: WasmKernel = {
  kernelName: Identity,
  kernelFunc: ({ inputs, backend }) => shared(backend as BackendWasm, inputs['x']!),
};

/** Some of tfjs's gradients cast float32 to float32. */
const cast: WasmKernel = {
  ...stockCast,
  kernelFunc: (call) => {
    const x = call.inputs['x']!;
    return x.dtype === call.attrs!['dtype'] ? shared(call.backend as BackendWasm, x) : stockCast.kernelFunc(call);
  },
};

function shared(backend: BackendWasm, { dataId, shape, dtype }: TensorInfo): TensorInfo {
  backend.incRef(dataId);
  return { dataId, shape, dtype };
}

export const identityKernels: readonly WasmKernel[] = [identity, cast];
