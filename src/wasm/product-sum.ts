// Sums of products of two matrices in float64, in WebAssembly: what covariances and their decompositions spend their time on. Always
// added up in the same order, so that a metric is the same number on every machine.
import {
  add,
  add2,
  advance,
  assemble,
  type Code,
  get,
  i32,
  load4,
  loadInto2,
  multiply2,
  repeatWhile,
  set,
  store4,
  subtract,
  zeros2,
} from './assembler.ts';

/** Up to 64 terms, of `size` values each: value `index` of term `term` stands at `first + term * termStep + index * indexStep`. */
interface Terms {
  values: Float64Array | Float32Array;
  first: number;
  count: number;
  termStep: number;
  indexStep: number;
}

export interface ProductSum {
  /** [rows, columns]; where it is symmetric, right on and above the diagonal only. */
  total: Float64Array;
  /** total[i, j] += the sum of a[term, i] * b[term, j]. */
  add(a: Terms, b: Terms): void;
}

/** Terms that are added at once. */
export const mostTerms = 64;
/** Sides must be multiples of this. */
export const side = 4;

const pageBytes = 65_536;
const tileBytes = 8 * side * mostTerms; // of one operand: [64, 4]

/** Starts at 0. `symmetric` says that only the upper half of the sum is wanted. */
export function openProductSum(rows: number, columns: number, { symmetric }: { symmetric: boolean }): ProductSum {
  const aStart = 8 * rows * columns;
  const bStart = aStart + (rows / side) * tileBytes;
  const { run, memory } = assemble({
    parameters: 4,
    locals: ['i32', ...Array(3 + 2 * side).fill('v128')],
    body: rowOfTiles(columns),
    memoryPages: Math.ceil((bStart + (columns / side) * tileBytes) / pageBytes),
  });
  const a = new Float64Array(memory, aStart, rows * mostTerms);
  const b = new Float64Array(memory, bStart, columns * mostTerms);
  return {
    total: new Float64Array(memory, 0, rows * columns),
    add(left, right) {
      pack(left, a);
      pack(right, b);
      for (let row = 0; row < rows / side; row++) {
        const column = symmetric ? row : 0;
        const place = 8 * side * (row * columns + column);
        run(place, aStart + row * tileBytes, bStart + column * tileBytes, columns / side - column);
      }
    },
  };
}

/** Terms [64, size] as [size / 4, 64, 4]; missing ones are 0. */
function pack({ values, first, count, termStep, indexStep }: Terms, packed: Float64Array): void {
  let target = 0;
  for (let index = first; target < packed.length; index += side * indexStep) {
    for (let term = 0; term < mostTerms; term++) {
      const place = index + term * termStep;
      for (let i = 0; i < side; i++) packed[target++] = term < count ? values[place + i * indexStep]! : 0;
    }
  }
}

const [totalPlace, aStart, bPlace, tilesLeft, aPlace, firstVector] = [0, 1, 2, 3, 4, 5];
const [left, right, factor, firstSum] = [firstVector, firstVector + 1, firstVector + 2, firstVector + 3];

/** Tiles of 4 x 4 of the total beside each other, each added up in 8 registers. */
function rowOfTiles(columns: number): Code {
  const sums = Array.from({ length: side }, (_, row) => [firstSum + 2 * row, firstSum + 2 * row + 1] as const);
  const oneTerm = (offset: number): Code => [
    ...set(left, load4(get(bPlace), offset)),
    ...set(right, load4(get(bPlace), offset + 16)),
    ...sums.flatMap(([sumLeft, sumRight], row) => [
      ...set(factor, loadInto2(get(aPlace), offset + 8 * row)),
      ...set(sumLeft, add2(get(sumLeft), multiply2(get(left), get(factor)))),
      ...set(sumRight, add2(get(sumRight), multiply2(get(right), get(factor)))),
    ]),
  ];
  const terms: Code = [
    ...oneTerm(0),
    ...oneTerm(8 * side),
    ...advance(aPlace, 16 * side),
    ...advance(bPlace, 16 * side),
  ];
  const tile: Code = [
    ...sums.flat().flatMap((sum) => set(sum, zeros2)),
    ...set(aPlace, get(aStart)),
    ...repeatWhile(terms, subtract(get(aPlace), add(get(aStart), i32(tileBytes)))),
    ...sums.flat().flatMap((sum, i) => {
      const offset = 8 * columns * (i >> 1) + 16 * (i & 1);
      return store4(get(totalPlace), offset, add2(load4(get(totalPlace), offset), get(sum)));
    }),
    ...advance(totalPlace, 8 * side),
    ...advance(tilesLeft, -1),
  ];
  return repeatWhile(tile, get(tilesLeft));
}
