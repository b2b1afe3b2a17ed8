// Squared Euclidean distances between all pairs of two sets of vectors, in blocks of bounded memory.

import { openProducts } from '../../wasm/products.ts';
import type { Features } from './features.ts';
import type { Work } from './work.ts';

const blockSize = 128;

/**
 * Calls `take` with the squared distances from vector `from` to the others from `first`, for every `from` and every block of others.
 * The error is that of float32 dot products, about 1e-6 of the squared lengths.
 */
export async function eachSquaredDistances(
  vectors: Features,
  others: Features,
  take: (from: number, first: number, distances: Float32Array) => void,
  { onProgress }: Work,
): Promise<void> {
  const { size } = vectors;
  const { a, b, result, run } = openProducts({ k: size, n: blockSize, m: blockSize });
  const distances = new Float32Array(blockSize);
  let done = 0;
  for (let first = 0; first < others.count; first += blockSize) {
    const columns = others.read(first, Math.min(blockSize, others.count - first));
    transposeInto(a, columns, size);
    const columnSquares = squaresOf(columns, size);
    for (let start = 0; start < vectors.count; start += blockSize) {
      const rows = vectors.read(start, Math.min(blockSize, vectors.count - start));
      b.set(rows);
      const rowSquares = squaresOf(rows, size);
      run();
      for (const [row, rowSquare] of rowSquares.entries()) {
        for (const [column, columnSquare] of columnSquares.entries()) {
          distances[column] = Math.max(0, rowSquare + columnSquare - 2 * result[row * blockSize + column]!);
        }
        take(start + row, first, distances.subarray(0, columnSquares.length));
      }
      done += rowSquares.length * columnSquares.length;
      await onProgress(done, vectors.count * others.count);
    }
  }
}

/** [count, size] -> the first columns of [size, 128]. */
function transposeInto(target: Float32Array, vectors: Float32Array, size: number): void {
  for (let column = 0; column < vectors.length / size; column++) {
    const start = column * size;
    for (let i = 0; i < size; i++) target[i * blockSize + column] = vectors[start + i]!;
  }
}

function squaresOf(vectors: Float32Array, size: number): Float64Array {
  const squares = new Float64Array(vectors.length / size);
  for (let row = 0; row < squares.length; row++) {
    let sum = 0;
    for (let i = row * size; i < (row + 1) * size; i++) sum += vectors[i]! ** 2;
    squares[row] = sum;
  }
  return squares;
}
