// The gradient of a convolution's filter as a tiled matrix product; in tfjs's kernel one thread adds all pixels of the batch.
import type { WebGPUBackend } from '@tensorflow/tfjs-backend-webgpu';
import { backend_util, Conv2DBackpropFilter, type NamedAttrMap } from '@tensorflow/tfjs-core';
import { elementCount } from '../feeds.ts';
import { type Call, dispatch, forEach, type WebgpuKernel } from './kernel.ts';

const tile = 32; // rows and columns of a workgroup; a thread has four rows of one column
const pixelsPerPart = 1024;
const mostParts = 64;

/**
 * x `[B, H, W, C]`, dy `[B, h, w, F]` -> dw `[kh, kw, C, F]`. With stride s and padding p before,
 *
 *     dw[k, c, f] = sum_{n, o} x[n, s o + k - p, c] dy[n, o, f]:
 *
 * rows are (k, c), columns f, and what is summed are the output pixels (n, o), in parts that are added at the end.
 */
export const conv2dBackpropFilterKernel: WebgpuKernel = {
  kernelName: Conv2DBackpropFilter,
  kernelFunc: ({ inputs, attrs, backend }) => {
    const [x, dy] = [inputs['x']!, inputs['dy']!];
    const geometry = geometryOf(x.shape as Shape4D, attrs!);
    const shape = attrs!['filterShape'] as Shape4D;
    const pixels = geometry.batchSize * geometry.outHeight * geometry.outWidth;
    const parts = Math.min(mostParts, Math.ceil(pixels / pixelsPerPart));
    const call = tiledProduct(geometry, pixels, parts);
    const [sums] = dispatch(backend, {
      inputs: { x, dy },
      outputs: { dw: { shape: parts === 1 ? shape : [parts, ...shape] } },
      ...call,
    });
    if (parts === 1) return sums!;
    const size = elementCount(shape);
    const adding = `
  var sum = 0.0;
  for (var part = 0u; part < ${parts}; part++) { sum += sums[part * ${size} + i]; }
  dw[i] = sum;`;
    const [dw] = dispatch(backend, { inputs: { sums: sums! }, outputs: { dw: { shape } }, ...forEach(size, adding) });
    (backend as WebGPUBackend).disposeData(sums!.dataId);
    return dw!;
  },
};

type Shape4D = [number, number, number, number];

function geometryOf(inputShape: Shape4D, attrs: NamedAttrMap): backend_util.Conv2DInfo {
  const { strides, pad, dimRoundingMode, filterShape } = attrs as unknown as {
    strides: number | [number, number];
    pad: 'valid' | 'same' | number | backend_util.ExplicitPadding;
    dimRoundingMode?: 'floor' | 'round' | 'ceil';
    filterShape: Shape4D;
  };
  return backend_util.computeConv2DInfo(inputShape, filterShape, strides, 1, pad, dimRoundingMode);
}

/** A workgroup makes a tile of one part: it loads tiles of both factors, which all of its threads then read. */
function tiledProduct(geometry: backend_util.Conv2DInfo, pixels: number, parts: number): Pick<Call, 'code' | 'groups'> {
  const { inHeight, inWidth, inChannels, outHeight, outWidth, outChannels, filterHeight, filterWidth } = geometry;
  const { strideHeight, strideWidth, padInfo } = geometry;
  const rows = filterHeight * filterWidth * inChannels;
  const [down, across] = [Math.ceil(rows / tile), Math.ceil(outChannels / tile)];
  const perPart = Math.ceil(pixels / parts);
  const code = `
var<workgroup> lefts: array<array<f32, ${tile + 1}>, ${tile}>; // one more, so that a column lies in all banks
var<workgroup> rights: array<array<f32, ${tile + 1}>, ${tile}>;

fn leftAt(row: u32, pixel: u32) -> f32 {
  let tap = row / ${inChannels};
  let h = i32(pixel / ${outWidth} % ${outHeight} * ${strideHeight} + tap / ${filterWidth}) - ${padInfo.top};
  let w = i32(pixel % ${outWidth} * ${strideWidth} + tap % ${filterWidth}) - ${padInfo.left};
  if (row >= ${rows} || h < 0 || h >= ${inHeight} || w < 0 || w >= ${inWidth}) { return 0; }
  let image = pixel / ${outHeight * outWidth};
  return x[((image * ${inHeight} + u32(h)) * ${inWidth} + u32(w)) * ${inChannels} + row % ${inChannels}];
}

fn rightAt(pixel: u32, column: u32) -> f32 {
  if (column >= ${outChannels}) { return 0; }
  return dy[pixel * ${outChannels} + column];
}

@compute @workgroup_size(256)
fn main(@builtin(workgroup_id) group: vec3u, @builtin(local_invocation_index) thread: u32) {
  let number = groupIndex(group);
  let part = number / ${down * across};
  let firstRow = number % ${down * across} / ${across} * ${tile};
  let firstColumn = number % ${across} * ${tile};
  let end = min((part + 1) * ${perPart}, ${pixels});
  let y = thread / ${tile};
  let lane = thread % ${tile};
  var sums = vec4f(0);
  for (var first = part * ${perPart}; first < end; first += ${tile}) {
    for (var j = y; j < ${tile}; j += 8) {
      lefts[j][lane] = select(0.0, leftAt(firstRow + j, first + lane), first + lane < end);
      rights[j][lane] = select(0.0, rightAt(first + j, firstColumn + lane), first + j < end);
    }
    workgroupBarrier();
    for (var k = 0u; k < ${tile}; k++) {
      sums += vec4f(lefts[y][k], lefts[y + 8][k], lefts[y + 16][k], lefts[y + 24][k]) * rights[k][lane];
    }
    workgroupBarrier();
  }
  for (var j = 0u; j < 4; j++) {
    let row = firstRow + y + 8 * j;
    if (row < ${rows} && firstColumn + lane < ${outChannels} && part < ${parts}) {
      dw[(part * ${rows} + row) * ${outChannels} + firstColumn + lane] = sums[j];
    }
  }
}`;
  return { code, groups: parts * down * across };
}
