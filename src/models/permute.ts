// Permutes the axes of weights, between NHWC and NCHW frameworks.
import type { Shape } from '../engines/engine.ts';
import { elementCount } from '../formats/tensor-shape.ts';

/** Permutes the axes of row-major values, as numpy.transpose: axis k of the result is axis order[k]. */
export function permute(values: Float32Array, shape: Shape, order: readonly number[]): Float32Array {
  const strides = shape.map((_, axis) => elementCount(shape.slice(axis + 1)));
  const sides = order.map((axis) => shape[axis]!);
  const steps = order.map((axis) => strides[axis]!);
  const result = new Float32Array(values.length);
  const position = sides.map(() => 0);
  let source = 0;
  for (let i = 0; i < result.length; i++) {
    result[i] = values[source]!;
    for (let axis = sides.length - 1; axis >= 0; axis--) {
      source += steps[axis]!;
      if (++position[axis]! < sides[axis]!) break;
      source -= steps[axis]! * sides[axis]!;
      position[axis] = 0;
    }
  }
  return result;
}
