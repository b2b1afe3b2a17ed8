// Batch normalisation in training mode and its gradient, in five and three passes over memory.
import type { WebGPUBackend } from '@tensorflow/tfjs-backend-webgpu';
import { elementCount } from '../../formats/tensor-shape.ts';
import { batchNormGradientOp, batchNormOp } from '../ops/batch-norm.ts';
import { biasAddGradientOp } from '../ops/bias-add.ts';
import { channelSums } from './channel-sums.ts';
import { dispatch, forEach, type WebgpuKernel } from './kernel.ts';

/** x: [B, H, W, C] -> y, mean, unbiased variance, and three reserves: the mean, 1 / deviation, and an unused scalar. */
const batchNormKernel: WebgpuKernel = {
  kernelName: batchNormOp.kernelName,
  kernelFunc: ({ inputs, attrs, backend }) => {
    const [x, scale, offset] = [inputs['x']!, inputs['scale']!, inputs['offset']!];
    const { shape } = x;
    const channels = shape.at(-1)!;
    const count = elementCount(shape) / channels;
    const [mean, reserve1] = channelSums(backend, {
      inputs: { x },
      shape,
      terms: { total: 'x[at]' },
      outputs: ['mean', 'reserve1'],
      finish: `mean[i] = total / ${count}; reserve1[i] = total / ${count};`,
    });
    const [variance, inverseDeviation] = channelSums(backend, {
      inputs: { x, mean: mean! },
      shape,
      terms: { squares: '(x[at] - mean[c]) * (x[at] - mean[c])' }, // WGSL's pow has no negative bases
      outputs: ['variance', 'inverseDeviation'],
      finish: `
  variance[i] = squares / ${Math.max(count - 1, 1)};
  inverseDeviation[i] = 1 / sqrt(squares / ${count} + ${attrs!['epsilon'] as number});`,
    });
    const body = `
  let c = i % ${channels};
  y[i] = (x[i] - mean[c]) * (inverseDeviation[c] * scale[c]) + offset[c];`;
    const [y] = dispatch(backend, {
      inputs: { x, scale, offset, mean: mean!, inverseDeviation: inverseDeviation! },
      outputs: { y: { shape } },
      ...forEach(elementCount(shape), body),
    });
    const unused = (backend as WebGPUBackend).makeTensorInfo([], 'float32', Float32Array.of(0));
    return [y!, mean!, variance!, reserve1!, inverseDeviation!, unused];
  },
};

/** dy, x: [B, H, W, C] -> dx, dScale, dOffset, by the formula of `batchNormGradientOp`. */
const batchNormGradientKernel: WebgpuKernel = {
  kernelName: batchNormGradientOp.kernelName,
  kernelFunc: ({ inputs, backend }) => {
    const [dy, x, scale] = [inputs['dy']!, inputs['x']!, inputs['scale']!];
    const [mean, inverseDeviation] = [inputs['reserve1']!, inputs['reserve2']!];
    const { shape } = x;
    const channels = shape.at(-1)!;
    const count = elementCount(shape) / channels;
    const [dScale, dOffset] = channelSums(backend, {
      inputs: { dy, x, mean, inverseDeviation },
      shape,
      terms: { alongX: 'dy[at] * ((x[at] - mean[c]) * inverseDeviation[c])', total: 'dy[at]' },
      outputs: ['dScale', 'dOffset'],
      finish: 'dScale[i] = alongX; dOffset[i] = total;',
    });
    const body = `
  let c = i % ${channels};
  let normalised = (x[i] - mean[c]) * inverseDeviation[c];
  let centred = dy[i] - (dOffset[c] + normalised * dScale[c]) / ${count};
  dx[i] = scale[c] * inverseDeviation[c] * centred;`;
    const [dx] = dispatch(backend, {
      inputs: { dy, x, scale, mean, inverseDeviation, dScale: dScale!, dOffset: dOffset! },
      outputs: { dx: { shape } },
      ...forEach(elementCount(shape), body),
    });
    return [dx!, dScale!, dOffset!];
  },
};

/** dy: [..., C] -> [C]. */
const biasGradientKernel: WebgpuKernel = {
  kernelName: biasAddGradientOp.kernelName,
  kernelFunc: ({ inputs, backend }) => {
    const dy = inputs['dy']!;
    const terms = { total: 'dy[at]' };
    const call = { inputs: { dy }, shape: dy.shape, terms, outputs: ['dBias'], finish: 'dBias[i] = total;' };
    return channelSums(backend, call)[0]!;
  },
};

export const channelKernels: readonly WebgpuKernel[] = [batchNormKernel, batchNormGradientKernel, biasGradientKernel];
