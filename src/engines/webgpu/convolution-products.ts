// A convolution and both of its gradients as matrix products. x: [B, H, W, C], w: [kh, kw, C, F], y and dy: [B, h, w, F].
import type { backend_util } from '@tensorflow/tfjs-core';
import type { Product } from './tiled-product.ts';

type Geometry = backend_util.Conv2DInfo;

/** y[n, o, f] = sum_{k, c} x[n, s o + k - p, c] w[k, c, f], with stride s and padding p before. */
export function convolution(geometry: Geometry): Product {
  const { batchSize, outHeight, outWidth, outChannels, outShape } = geometry;
  return {
    batch: 1,
    rows: batchSize * outHeight * outWidth,
    columns: outChannels,
    inner: tapsOf(geometry),
    left: { value: inputValue(geometry, 'left', 'outer', 'k'), contiguous: 'inner' },
    right: { value: `return right[k * ${outChannels} + outer];`, contiguous: 'outer' },
    outputIndex: `return i32(row * ${outChannels} + column);`,
    shape: outShape,
  };
}

/** dw[k, c, f] = sum_{n, o} x[n, s o + k - p, c] dy[n, o, f]. */
export function filterGradient(geometry: Geometry): Product {
  const { batchSize, outHeight, outWidth, filterShape } = geometry;
  return {
    ...convolution(geometry),
    rows: tapsOf(geometry),
    inner: batchSize * outHeight * outWidth,
    left: { value: inputValue(geometry, 'left', 'k', 'outer'), contiguous: 'outer' },
    shape: filterShape,
  };
}

/**
 * dx[n, i, c] = sum_{k, f} dy[n, (i + p - k) / s, f] w[k, c, f] over those k for which (i + p - k) / s is whole: for a pixel
 * i = s m + r they are k = (r + p) mod s + s t. Pixels of one remainder r on both axes are one product of the batch.
 */
export function inputGradient(geometry: Geometry): Product {
  const { batchSize, inHeight, inWidth, inChannels, outHeight, outWidth, outChannels, inShape } = geometry;
  const { filterHeight, filterWidth, strideHeight, strideWidth, padInfo } = geometry;
  const [blocksDown, blocksAcross] = [Math.ceil(inHeight / strideHeight), Math.ceil(inWidth / strideWidth)];
  const [tapsDown, tapsAcross] = [Math.ceil(filterHeight / strideHeight), Math.ceil(filterWidth / strideWidth)];
  const tap = `
  let tap = k / ${outChannels};
  let kh = (batch / ${strideWidth} + ${padInfo.top}) % ${strideHeight} + tap / ${tapsAcross} * ${strideHeight};
  let kw = (batch % ${strideWidth} + ${padInfo.left}) % ${strideWidth} + tap % ${tapsAcross} * ${strideWidth};
  if (kh >= ${filterHeight} || kw >= ${filterWidth}) { return 0; }`;
  const pixel = (number: string) => `
  let h = ${number} / ${blocksAcross} % ${blocksDown} * ${strideHeight} + batch / ${strideWidth};
  let w = ${number} % ${blocksAcross} * ${strideWidth} + batch % ${strideWidth};
  let image = ${number} / ${blocksDown * blocksAcross};`;
  return {
    batch: strideHeight * strideWidth,
    rows: batchSize * blocksDown * blocksAcross,
    columns: inChannels,
    inner: tapsDown * tapsAcross * outChannels,
    left: {
      value: `${tap} ${pixel('outer')}
  let oh = (i32(h) + ${padInfo.top} - i32(kh)) / ${strideHeight};
  let ow = (i32(w) + ${padInfo.left} - i32(kw)) / ${strideWidth};
  if (i32(h) + ${padInfo.top} < i32(kh) || oh >= ${outHeight} || i32(w) + ${padInfo.left} < i32(kw) || ow >= ${outWidth}) { return 0; }
  return left[((image * ${outHeight} + u32(oh)) * ${outWidth} + u32(ow)) * ${outChannels} + k % ${outChannels}];`,
      contiguous: 'inner',
    },
    right: {
      value: `${tap}
  return right[((kh * ${filterWidth} + kw) * ${inChannels} + outer) * ${outChannels} + k % ${outChannels}];`,
      contiguous: 'inner',
    },
    outputIndex: `${pixel('row')}
  if (h >= ${inHeight} || w >= ${inWidth}) { return -1; }
  return i32(((image * ${inHeight} + h) * ${inWidth} + w) * ${inChannels} + column);`,
    shape: inShape,
  };
}

function tapsOf({ filterHeight, filterWidth, inChannels }: Geometry): number {
  return filterHeight * filterWidth * inChannels;
}

/** WGSL that returns the value of x that output pixel (n, o) reads at tap (k, c). */
function inputValue(geometry: Geometry, x: string, pixel: string, tapChannel: string): string {
  const { inHeight, inWidth, inChannels, outHeight, outWidth, filterWidth, strideHeight, strideWidth, padInfo } =
    geometry;
  return `
  let tap = ${tapChannel} / ${inChannels};
  let h = i32(${pixel} / ${outWidth} % ${outHeight} * ${strideHeight} + tap / ${filterWidth}) - ${padInfo.top};
  let w = i32(${pixel} % ${outWidth} * ${strideWidth} + tap % ${filterWidth}) - ${padInfo.left};
  if (h < 0 || h >= ${inHeight} || w < 0 || w >= ${inWidth}) { return 0; }
  let image = ${pixel} / ${outHeight * outWidth};
  return ${x}[((image * ${inHeight} + u32(h)) * ${inWidth} + u32(w)) * ${inChannels} + ${tapChannel} % ${inChannels}];`;
}
