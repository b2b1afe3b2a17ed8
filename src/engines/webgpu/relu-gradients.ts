// The gradients of ReLU and LeakyReLU in one pass over memory; composed of tfjs ops they take three or four.
import { elementCount } from '../../formats/tensor-shape.ts';
import { leakyReluGradientOp, reluGradientOp } from '../ops/activations.ts';
import { dispatch, forEach, type WebgpuKernel } from './kernel.ts';

/** dy where y > 0, else slope dy. */
function reluGradient(kernelName: string, negativeSide: (slope: number) => string): WebgpuKernel {
  return {
    kernelName,
    kernelFunc: ({ inputs, attrs, backend }) => {
      const [dy, y] = [inputs['dy']!, inputs['y']!];
      const body = `dx[i] = select(${negativeSide(attrs?.['alpha'] as number)}, dy[i], y[i] > 0);`;
      const call = forEach(elementCount(dy.shape), body);
      return dispatch(backend, { inputs: { dy, y }, outputs: { dx: { shape: dy.shape } }, ...call })[0]!;
    },
  };
}

export const reluGradientKernels: readonly WebgpuKernel[] = [
  reluGradient(reluGradientOp.kernelName, () => '0.0'),
  reluGradient(leakyReluGradientOp.kernelName, (slope) => `${slope} * dy[i]`),
];
