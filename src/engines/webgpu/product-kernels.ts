// Kernels for convolutions, their gradients and matrix products: ours in mixed_float16, in float32 whichever is faster, ours or tfjs's.
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
import type { WebgpuKernel } from './kernel.ts';
import { matrixProduct } from './matrix-product.ts';
import { computesInFloat16, float16Of } from './mixed-float16.ts';
import { type Product, tiledProduct } from './tiled-product.ts';

type ProductOf = (left: TensorInfo, right: TensorInfo, attrs: NamedAttrMap) => Product;

/** @param inFloat32 whether float32 uses our kernel or tfjs's */
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
      const float16 = computesInFloat16();
      if (!float16 && inFloat32 === 'stock') return stock.kernelFunc(call);
      const product = productOf(...factors, attrs!);
      if (!float16) return tiledProduct(backend, product, factors);
      return tiledProduct(backend, product, [float16Of(backend, factors[0]), float16Of(backend, factors[1])]);
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

// The input gradient in float32 is tfjs's, since our tiled product was slower on SwiftShader. Unmeasured on GPUs.
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
    'ours', // tfjs's kernel sums over the whole batch in one thread
  ),
  productKernel(BatchMatMul, ['a', 'b'], matrixProduct, 'stock'),
];
