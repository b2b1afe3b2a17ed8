// The same values as another tensor, as tfjs's other backends have it: its WASM backend copies them. Nothing changes a tensor in place.
import '@tensorflow/tfjs-backend-wasm';
import type { BackendWasm } from '@tensorflow/tfjs-backend-wasm';
import { Cast, getKernel, Identity, type TensorInfo } from '@tensorflow/tfjs-core';
import type { WasmKernel } from './kernel.ts';

const stockCast = getKernel(Cast, 'wasm')!;

const identity: WasmKernel = {
  kernelName: Identity,
  kernelFunc: ({ inputs, backend }) => shared(backend as BackendWasm, inputs['x']!),
};

/** tfjs's gradients cast float32 to float32 now and then. */
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
