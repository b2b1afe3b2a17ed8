// Bilinear upsampling as Keras layers. TensorFlow.js's own layer does not use half-pixel centres, so each axis is multiplied by
// a matrix [n, f n]: a dense layer acts on the last axis, to which permutations move each axis.
import type { InferenceLayerOf } from '../inference-layers.ts';
import { type KerasLayer, kernelAndBias } from './keras-layer.ts';

export function blendedUpsampling({ factor, input }: InferenceLayerOf<'upsample'>, name: string): KerasLayer[] {
  const [vertical, horizontal] = factor;
  const permute = (step: string, dims: number[]) => ({
    className: 'Permute',
    name: `${name}_${step}`,
    config: { dims }, // counted from 1
  });
  return [
    permute('rows_last', [2, 3, 1]), // [w, c, h]
    blend(`${name}_rows`, input[0]!, vertical), // [w, c, f h]
    permute('columns_last', [3, 2, 1]), // [f h, c, w]
    blend(`${name}_columns`, input[1]!, horizontal), // [f h, c, f w]
    permute('channels_last', [1, 3, 2]), // [f h, f w, c]
  ];
}

function blend(name: string, size: number, factor: number): KerasLayer {
  const units = size * factor;
  const weights = kernelAndBias([size, units], blendMatrix(size, factor), undefined);
  return { className: 'Dense', name, config: { units, use_bias: false }, weights };
}

/** Weights of input pixels for output pixel i at (i + 1/2) / f - 1/2, clamped at the edges. [n, f n] */
function blendMatrix(size: number, factor: number): Float32Array {
  const matrix = new Float32Array(size * size * factor);
  for (let output = 0; output < size * factor; output++) {
    const position = (output + 0.5) / factor - 0.5;
    const before = Math.floor(position);
    for (const [pixel, share] of [
      [before, 1 - (position - before)],
      [before + 1, position - before],
    ] as const) {
      const row = Math.min(size - 1, Math.max(0, pixel));
      matrix[row * size * factor + output]! += share;
    }
  }
  return matrix;
}
