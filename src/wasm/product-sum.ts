// Accumulates float64 matrix products in WebAssembly, the bulk of the work of covariances and matrix decompositions. The order of
// summation is fixed, so a metric is the same number on every machine.
import {
  add,
  add2,
  advance,
  assemble,
  type Code,
  doWhile,
  get,
  i32,
  load4,
  loadInto2,
  multiply2,
  set,
  store4,
  subtract,
  zeros2,
} from './assembler.ts';

/** Up to 64 terms: value `index` of term `term` is at `first + term * termStep + index * indexStep`. */
interface Terms {
  values: Float64Array | Float32Array;
  first: number;
  count: number;
  termStep: number;
  indexStep: number;
}

export interface ProductSum {
  /** [rows, columns]. If `symmetric`, valid only on and above the diagonal. */
  total: Float64Array;
  /** total[i, j] += the sum of a[term, i] * b[term, j]. */
  add(a: Terms, b: Terms): void;
}

/** The most terms per call of `add`. */
export const maxTerms = 64;
/** Sides must be multiples of this. */
export const tileSide = 4;

const pageBytes = 65_536;
const tileBytes = 8 * tileSide * maxTerms; // of one operand: [64, 4]

/** Starts at 0. `symmetric` computes only the upper triangle. */
export function openProductSum(rows: number, columns: number, { symmetric }: { symmetric: boolean }): ProductSum {
  const aStart = 8 * rows * columns;
  const bStart = aStart + (rows / tileSide) * tileBytes;
  const { run, memory } = assemble({
    parameters: 4,
    locals: ['i32', ...Array(3 + 2 * tileSide).fill('v128')],
    body: rowOfTiles(columns),
    memoryPages: Math.ceil((bStart + (columns / tileSide) * tileBytes) / pageBytes),
  });
  const a = new Float64Array(memory, aStart, rows * maxTerms);
  const b = new Float64Array(memory, bStart, columns * maxTerms);
  return {
    total: new Float64Array(memory, 0, rows * columns),
    add(left, right) {
      pack(left, a);
      pack(right, b);
      for (let row = 0; row < rows / tileSide; row++) {
        const column = symmetric ? row : 0;
        const address = 8 * tileSide * (row * columns + column);
        run(address, aStart + row * tileBytes, bStart + column * tileBytes, columns / tileSide - column);
      }
    },
  };
}

/** Terms [64, size] as [size / 4, 64, 4]; missing ones are 0. */
function pack({ values, first, count, termStep, indexStep }: Terms, packed: Float64Array): void {
  let target = 0;
  for (let index = first; target < packed.length; index += tileSide * indexStep) {
    for (let term = 0; term < maxTerms; term++) {
      const start = index + term * termStep;
      for (let i = 0; i < tileSide; i++) packed[target++] = term < count ? values[start + i * indexStep]! : 0;
    }
  }
}

const [totalAddress, aStart, bAddress, tilesLeft, aAddress, firstVector] = [0, 1, 2, 3, 4, 5];
const [left, right, factor, firstSum] = [firstVector, firstVector + 1, firstVector + 2, firstVector + 3];

/** Computes a row of 4 x 4 tiles of the total, each accumulated in 8 registers. */
function rowOfTiles(columns: number): Code {
  const sums = Array.from({ length: tileSide }, (_, row) => [firstSum + 2 * row, firstSum + 2 * row + 1] as const);
  const oneTerm = (offset: number): Code => [
    ...set(left, load4(get(bAddress), offset)),
    ...set(right, load4(get(bAddress), offset + 16)),
    ...sums.flatMap(([sumLeft, sumRight], row) => [
      ...set(factor, loadInto2(get(aAddress), offset + 8 * row)),
      ...set(sumLeft, add2(get(sumLeft), multiply2(get(left), get(factor)))),
      ...set(sumRight, add2(get(sumRight), multiply2(get(right), get(factor)))),
    ]),
  ];
  const terms: Code = [
    ...oneTerm(0),
    ...oneTerm(8 * tileSide),
    ...advance(aAddress, 16 * tileSide),
    ...advance(bAddress, 16 * tileSide),
  ];
  const tile: Code = [
    ...sums.flat().flatMap((sum) => set(sum, zeros2)),
    ...set(aAddress, get(aStart)),
    ...doWhile(terms, subtract(get(aAddress), add(get(aStart), i32(tileBytes)))),
    ...sums.flat().flatMap((sum, i) => {
      const offset = 8 * columns * (i >> 1) + 16 * (i & 1);
      return store4(get(totalAddress), offset, add2(load4(get(totalAddress), offset), get(sum)));
    }),
    ...advance(totalAddress, 8 * tileSide),
    ...advance(tilesLeft, -1),
  ];
  return doWhile(tile, get(tilesLeft));
}
