// Bilinear upsampling as Keras layers. TensorFlow.js's own blends other neighbours (it takes pixels' corners for their
// centres), so each axis is a product with a matrix [n, f n]: dense layers act on the last axis, and permutations bring
// each axis there.
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

/** Output pixel i lies at (i + 1/2) / f - 1/2 between the input's pixels; beyond the edge the outermost goes on. [n, f n] */
function blendMatrix(size: number, factor: number): Float32Array {
  const matrix = new Float32Array(size * size * factor);
  for (let output = 0; output < size * factor; output++) {
    const place = (output + 0.5) / factor - 0.5;
    const before = Math.floor(place);
    for (const [pixel, share] of [
      [before, 1 - (place - before)],
      [before + 1, place - before],
    ] as const) {
      const row = Math.min(size - 1, Math.max(0, pixel));
      matrix[row * size * factor + output]! += share;
    }
  }
  return matrix;
}
