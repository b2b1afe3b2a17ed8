// Sums and means over all but the last axis, for batch norm and bias gradients, by XNNPACK's average pooling. tfjs transposes first
// and then adds on one thread. NaN becomes -Infinity here, which is detected just as well.
import '@tensorflow/tfjs-backend-wasm';
import {
  avgPool,
  getKernel,
  type KernelConfig,
  Mean,
  mul,
  type NamedAttrMap,
  reshape,
  Sum,
  type Tensor,
  type Tensor4D,
  tidy,
  util,
} from '@tensorflow/tfjs-core';
import type { WasmKernel } from './kernel.ts';

function overAllButChannels(stock: KernelConfig, compute: (x: Tensor) => Tensor): WasmKernel {
  return {
    ...stock,
    kernelFunc: (call) => {
      const x = call.inputs['x'] as Tensor;
      const { axis, keepDims } = call.attrs as NamedAttrMap & { axis: number | number[]; keepDims: boolean };
      const axes = util.parseAxisParam(axis, x.shape);
      const isLeading = axes.length === x.rank - 1 && !axes.includes(x.rank - 1);
      if (!isLeading || keepDims || x.dtype !== 'float32' || x.size === 0) return stock.kernelFunc(call);
      return tidy(() => compute(x));
    },
  };
}

/** [B, ..., C] -> [C]. Averages within each example first, which keeps all threads busy. */
function channelMeans(x: Tensor): Tensor {
  const [batch, channels] = [x.shape[0]!, x.shape.at(-1)!];
  const perExample = average(reshape(x, [batch, -1, 1, channels]));
  return reshape(average(reshape(perExample, [1, batch, 1, channels])), [channels]);
}

/** [N, height, 1, C] -> [N, 1, 1, C]. XNNPACK cannot pool over a single pixel. */
function average(x: Tensor4D): Tensor4D {
  return x.shape[1] === 1 ? x : avgPool(x, [x.shape[1], 1], 1, 'valid');
}

export const channelSums: readonly WasmKernel[] = [
  overAllButChannels(getKernel(Mean, 'wasm')!, channelMeans),
  overAllButChannels(getKernel(Sum, 'wasm')!, (x) => mul(channelMeans(x), x.size / x.shape.at(-1)!)),
];
