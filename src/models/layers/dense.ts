// Dense: every output from every input. x W + b.
import { matMul, type Tensor1D, type Tensor2D } from '@tensorflow/tfjs-core';
import { biasAdd } from '../../engines/ops/bias-add.ts';
import { expectVector, type LayerKind, type LayerOf } from '../layer.ts';

export const dense: LayerKind<LayerOf<'dense'>> = {
  outputShape({ units }, input) {
    expectVector(input, 'dense');
    return [units];
  },
  parameters({ units, bias, initializer }, [inputs], fallback) {
    const start = { initializer: initializer ?? fallback, fanIn: inputs!, fanOut: units };
    return [
      { part: 'kernel', shape: [inputs!, units], trainable: true, start },
      ...(bias ? [{ part: 'bias', shape: [units], trainable: true, start: 'zeros' as const }] : []),
    ];
  },
  apply({ bias }, x, context) {
    const product = matMul(x as Tensor2D, context.parameter('kernel') as Tensor2D); // [B, units]
    return bias ? biasAdd(product, context.parameter('bias') as Tensor1D) : product;
  },
};
