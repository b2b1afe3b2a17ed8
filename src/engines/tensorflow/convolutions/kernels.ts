// tfjs's convolution kernels on TensorFlow, each computed in the form chosen for its shape.
import type { NamedAttrMap } from '@tensorflow/tfjs-core';
import { type Kernel, kernel } from '../recording/kernel.ts';
import type { FormChoices } from './choices.ts';
import { type ConvolutionAttributes, convolutionOf } from './geometry.ts';

export function convolutionKernels(choices: FormChoices): Kernel[] {
  const geometry = (attributes: NamedAttrMap, input: number[], filter: number[]) =>
    convolutionOf(attributes as NamedAttrMap & ConvolutionAttributes, input, filter);
  return [
    kernel('Conv2D', (backend, { x, filter }, attributes) => {
      const convolution = geometry(attributes, x!.shape, filter!.shape);
      return choices.formOf('forward', convolution).compute(backend, convolution, x!, filter!);
    }),
    kernel('Conv2DBackpropInput', (backend, { dy, filter }, attributes) => {
      const convolution = geometry(attributes, attributes['inputShape'] as number[], filter!.shape);
      return choices.formOf('inputGradient', convolution).compute(backend, convolution, dy!, filter!);
    }),
    kernel('Conv2DBackpropFilter', (backend, { x, dy }, attributes) => {
      const convolution = geometry(attributes, x!.shape, attributes['filterShape'] as number[]);
      return choices.formOf('filterGradient', convolution).compute(backend, convolution, x!, dy!);
    }),
  ];
}
