// PyTorch's weights in the order of this program's: kernels, vectors beside them, and the rows and columns of dense layers.
import type { VectorOrder } from './vector-order.ts';

/** [b, a, kh, kw] -> [kh, kw, a, b]: convolutions have a = in and b = out, transposed ones a = out and b = in. */
export function rearrangeKernel(values: Float32Array, [b, a, kh, kw]: readonly number[]): Float32Array {
  const pixels = kh! * kw!;
  const result = new Float32Array(values.length);
  let i = 0;
  for (let pixel = 0; pixel < pixels; pixel++) {
    for (let second = 0; second < a!; second++) {
      for (let first = 0; first < b!; first++) result[i++] = values[(first * a! + second) * pixels + pixel]!;
    }
  }
  return result;
}

/** [out, in] -> [in, out], both in this program's order. */
export function rearrangeDense(
  values: Float32Array,
  [outputs, inputs]: readonly number[],
  { before, after }: { before: VectorOrder; after: VectorOrder },
): Float32Array {
  const result = new Float32Array(values.length);
  let i = 0;
  for (let input = 0; input < inputs!; input++) {
    const column = before ? before[input]! : input;
    for (let output = 0; output < outputs!; output++) {
      result[i++] = values[(after ? after[output]! : output) * inputs! + column]!;
    }
  }
  return result;
}

export function rearrangeVector(values: Float32Array, order: VectorOrder): Float32Array {
  return order ? Float32Array.from(order, (place) => values[place]!) : values;
}
