// The kernel, bias and spectral normalisation that dense, conv and convTranspose share.
import type { Tensor, Tensor1D } from '@tensorflow/tfjs-core';
import type { BiasInitializer, Initializer } from '../../config/schema/initializers.ts';
import type { Shape } from '../../engines/engine.ts';
import { biasAdd } from '../../engines/ops/bias-add.ts';
import { elementCount } from '../../formats/tensor-shape.ts';
import { biasDistribution, type Initializers, kernelDistribution } from '../initial-distributions.ts';
import type { LayerContext, Parameter } from '../layer.ts';
import { dividedBySpectralNorm, type OutputAxis } from './spectral-norm.ts';

interface WeightOptions {
  bias: boolean;
  initializer?: Initializer | undefined;
  biasInitializer?: BiasInitializer | undefined;
  spectralNorm: boolean;
}

/** `kernel` is the kernel's shape. */
export function weightParameters(
  options: WeightOptions,
  kernel: Shape,
  outputAxis: OutputAxis,
  network: Initializers,
): Parameter[] {
  const outputs = kernel.at(outputAxis)!;
  const parameters: Parameter[] = [
    {
      part: 'kernel',
      shape: kernel,
      trainable: true,
      initial: kernelDistribution(options.initializer ?? network.initializer, kernel),
    },
  ];
  if (options.bias) {
    const initial = biasDistribution(options.biasInitializer ?? network.biasInitializer, kernel);
    parameters.push({ part: 'bias', shape: [outputs], trainable: true, initial });
  }
  if (options.spectralNorm) {
    const rest = elementCount(kernel) / outputs;
    parameters.push({ part: 'u', shape: [outputs], trainable: false, initial: { type: 'direction' } });
    parameters.push({ part: 'v', shape: [rest], trainable: false, initial: { type: 'direction' } });
  }
  return parameters;
}

/** The kernel, divided by its spectral norm if the layer says so. */
export function kernelOf({ spectralNorm }: WeightOptions, outputAxis: OutputAxis, context: LayerContext): Tensor {
  const kernel = context.parameter('kernel');
  return spectralNorm ? dividedBySpectralNorm(kernel, outputAxis, context) : kernel;
}

/** y: [..., outputs]. Adds the layer's bias, if it has one. */
export function withBias({ bias }: WeightOptions, y: Tensor, context: LayerContext): Tensor {
  return bias ? biasAdd(y, context.parameter('bias') as Tensor1D) : y;
}
