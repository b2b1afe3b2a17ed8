// Convolutions, their gradients and matrix products: in float16 where the program says so, in float32 by whatever is faster there.
import '@tensorflow/tfjs-backend-webgpu';
import {
  BatchMatMul,
  backend_util,
  Conv2D,
  Conv2DBackpropFilter,
  Conv2DBackpropInput,
  getKernel,
  type NamedAttrMap,
  type TensorInfo,
} from '@tensorflow/tfjs-core';
import { convolution, filterGradient, inputGradient } from './convolution-products.ts';
import { computesInFloat16, halfOf } from './float16.ts';
import type { WebgpuKernel } from './kernel.ts';
import { matrixProduct } from './matrix-product.ts';
import { type Product, tiledProduct } from './tiled-product.ts';

type ProductOf = (left: TensorInfo, right: TensorInfo, attrs: NamedAttrMap) => Product;

/** In float32 it is tfjs's kernel, unless that is the slower one. */
function productKernel(
  kernelName: string,
  [left, right]: readonly [string, string],
  productOf: ProductOf,
  inFloat32: 'ours' | 'stock',
): WebgpuKernel {
  const stock = getKernel(kernelName, 'webgpu')!;
  return {
    ...stock,
    kernelFunc: (call) => {
      const { inputs, attrs, backend } = call;
      const factors = [inputs[left]!, inputs[right]!] as const;
      const half = computesInFloat16();
      if (!half && inFloat32 === 'stock') return stock.kernelFunc(call);
      const product = productOf(...factors, attrs!);
      if (!half) return tiledProduct(backend, product, factors);
      return tiledProduct(backend, product, [halfOf(backend, factors[0]), halfOf(backend, factors[1])]);
    },
  };
}

type Shape4D = [number, number, number, number];

function geometryOf(inputShape: readonly number[], filterShape: readonly number[], attrs: NamedAttrMap) {
  const { strides, pad, dimRoundingMode } = attrs as unknown as {
    strides: number | [number, number];
    pad: 'valid' | 'same' | number | backend_util.ExplicitPadding;
    dimRoundingMode?: 'floor' | 'round' | 'ceil';
  };
  const shapes = [inputShape as Shape4D, filterShape as Shape4D] as const;
  return backend_util.computeConv2DInfo(...shapes, strides, 1, pad, dimRoundingMode);
}

// The gradient of a convolution's input in float32 is tfjs's: as a tiled matrix product it took longer on SwiftShader. On GPUs nothing is measured.
export const productKernels: readonly WebgpuKernel[] = [
  productKernel(
    Conv2D,
    ['x', 'filter'],
    (x, filter, attrs) => convolution(geometryOf(x.shape, filter.shape, attrs)),
    'stock',
  ),
  productKernel(
    Conv2DBackpropInput,
    ['dy', 'filter'],
    (_, filter, attrs) => inputGradient(geometryOf(attrs['inputShape'] as number[], filter.shape, attrs)),
    'stock',
  ),
  productKernel(
    Conv2DBackpropFilter,
    ['x', 'dy'],
    (x, _, attrs) => filterGradient(geometryOf(x.shape, attrs['filterShape'] as number[], attrs)),
    'ours', // in tfjs's one thread adds all pixels of the batch
  ),
  productKernel(BatchMatMul, ['a', 'b'], matrixProduct, 'stock'),
];
