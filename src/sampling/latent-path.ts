// Latent vectors along a path through given ones (keys), or on a grid between four.
import { type Easing, easings, interpolations, type Method } from './interpolation.ts';

export interface PathOptions {
  /** Images from one key to the next, both included; inner keys appear once. At least 2. */
  frames: number;
  method: Method;
  easing: Easing;
  /** Returns to the first key, whose image is not repeated at the end, so that an animation loops smoothly. */
  loop: boolean;
}

/** Number of images of a path through `keys` keys. */
export function pathLength(keys: number, frames: number, loop: boolean): number {
  return loop ? keys * (frames - 1) : (keys - 1) * (frames - 1) + 1;
}

/** keys: at least two vectors of one size -> float32 [pathLength, size]. */
export function latentPath(keys: readonly Float32Array[], { frames, method, easing, loop }: PathOptions): Float32Array {
  const steps = frames - 1;
  const between = interpolations[method];
  const vectors = Array.from({ length: pathLength(keys.length, frames, loop) }, (_, i) => {
    const segment = Math.floor(i / steps);
    const [from, to] = [keys[segment]!, keys[(segment + 1) % keys.length]!];
    return between(from, to, easings[easing]((i % steps) / steps)); // the last key has t = 0 in a segment of its own
  });
  return join(vectors);
}

/** corners: top left, top right, bottom left, bottom right -> float32 [rows * columns, size], row by row. */
export function latentGrid(
  [topLeft, topRight, bottomLeft, bottomRight]: readonly [Float32Array, Float32Array, Float32Array, Float32Array],
  { columns, rows, method }: { columns: number; rows: number; method: Method },
): Float32Array {
  const between = interpolations[method];
  const vectors: Float32Array[] = [];
  for (let row = 0; row < rows; row++) {
    const left = between(topLeft, bottomLeft, row / (rows - 1));
    const right = between(topRight, bottomRight, row / (rows - 1));
    for (let column = 0; column < columns; column++) vectors.push(between(left, right, column / (columns - 1)));
  }
  return join(vectors);
}

function join(vectors: readonly Float32Array[]): Float32Array {
  const size = vectors[0]!.length;
  const values = new Float32Array(vectors.length * size);
  vectors.forEach((vector, index) => {
    values.set(vector, index * size);
  });
  return values;
}
