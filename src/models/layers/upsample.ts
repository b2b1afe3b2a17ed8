// Upsampling by integer factors, NHWC: nearest or bilinear.
import {
  abs,
  add,
  clipByValue,
  div,
  matMul,
  relu,
  reshape,
  sub,
  type Tensor,
  type Tensor2D,
  type Tensor3D,
  type Tensor4D,
} from '@tensorflow/tfjs-core';
import { indices } from '../../engines/ops/indices.ts';
import { repeatPixels } from '../../engines/ops/repeat-pixels.ts';
import { expectImage, type LayerDefinition, type LayerOf } from '../layer.ts';
import { pair } from './padding.ts';

export const upsample: LayerDefinition<LayerOf<'upsample'>> = {
  traits: [],
  outputShape({ factor }, input) {
    const [height, width, channels] = expectImage(input, 'upsample');
    const [vertical, horizontal] = pair(factor);
    return [height * vertical, width * horizontal, channels];
  },
  apply({ factor, method }, x) {
    const factors = pair(factor);
    if (method === 'nearest') return repeatPixels(x as Tensor4D, factors);
    return blendColumns(blendRows(x as Tensor4D, factors[0]), factors[1]);
  },
};

/** [B, h, w, c] -> [B, f h, w, c]. A matrix product, since slices and their gradients are slow on the wasm engine. */
function blendRows(x: Tensor4D, factor: number): Tensor4D {
  if (factor === 1) return x;
  const [batch, height, width, channels] = x.shape;
  const rows: Tensor3D = reshape(x, [batch, height, width * channels]);
  return reshape(matMul(blendMatrix(height, factor), rows), [batch, height * factor, width, channels]);
}

/** [B, h, w, c] -> [B, h, f w, c] */
function blendColumns(x: Tensor4D, factor: number): Tensor4D {
  if (factor === 1) return x;
  const [batch, height, width, channels] = x.shape;
  const columns: Tensor3D = reshape(x, [batch * height, width, channels]);
  return reshape(matMul(blendMatrix(width, factor), columns), [batch, height, width * factor, channels]);
}

/**
 * [f n, n]: interpolation weights of torch.nn.Upsample with align_corners=False. Output pixel o lies at (o + 1/2) / f - 1/2 in the
 * input, clamped to the outermost pixels, and is interpolated linearly between its two neighbours.
 */
function blendMatrix(size: number, factor: number): Tensor2D {
  const places = clipByValue(sub(div(add(indices(size * factor), 0.5), factor), 0.5), 0, size - 1);
  const distances: Tensor = abs(sub(reshape(places, [size * factor, 1]), reshape(indices(size), [1, size])));
  return relu(sub(1, distances)) as Tensor2D;
}
