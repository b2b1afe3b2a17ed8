// Dot products of many vectors with many others, the inner loop of most metrics, in SIMD WebAssembly. The order of summation is fixed,
// so a metric is the same number on every machine.
import {
  add4,
  advance,
  assemble,
  type Code,
  doWhile,
  f32,
  get,
  i32,
  load4,
  loadInto4,
  multiply4,
  set,
  splat,
  store4,
} from './assembler.ts';

/** Fill `a` and `b`, call `run`, then read `result`. */
export interface Products {
  /** [k, n]: one vector per column. */
  a: Float32Array;
  /** [m, k]: one vector per row. */
  b: Float32Array;
  /** [m, n] */
  result: Float32Array;
  run(): void;
}

const pageBytes = 65_536;
const [aAddress, bRow, bAddress, resultAddress, rowsLeft, columnsLeft, termsLeft] = [0, 1, 2, 3, 4, 5, 6];
const [left, right, factor, firstSum] = [7, 8, 9, 10];
const [tileRows, tileColumns] = [4, 8];

/** For vectors of length k. n must be a multiple of 8, m of 4. */
export function openProducts({ k, n, m }: { k: number; n: number; m: number }): Products {
  const [bStart, resultStart, end] = [4 * k * n, 4 * (k * n + m * k), 4 * (k * n + m * k + m * n)];
  const { run, memory } = assemble({
    parameters: 1,
    locals: [...Array(6).fill('i32'), ...Array(3 + 2 * tileRows).fill('v128')],
    body: rowLoop({ k, n, m }, bStart, resultStart),
    memoryPages: Math.ceil(end / pageBytes),
  });
  return {
    a: new Float32Array(memory, 0, k * n),
    b: new Float32Array(memory, bStart, m * k),
    result: new Float32Array(memory, resultStart, m * n),
    run: () => run(0),
  };
}

/** Computes tiles of 4 rows and 8 columns of the result, each accumulated in 8 registers. */
function rowLoop({ k, n, m }: { k: number; n: number; m: number }, bStart: number, resultStart: number): Code {
  const sums = Array.from({ length: tileRows }, (_, row) => [firstSum + 2 * row, firstSum + 2 * row + 1] as const);
  const term: Code = [
    ...set(left, load4(get(aAddress), 0)),
    ...set(right, load4(get(aAddress), 16)),
    ...sums.flatMap(([sumLeft, sumRight], row) => [
      ...set(factor, loadInto4(get(bAddress), 4 * k * row)),
      ...set(sumLeft, add4(get(sumLeft), multiply4(get(left), get(factor)))),
      ...set(sumRight, add4(get(sumRight), multiply4(get(right), get(factor)))),
    ]),
    ...advance(aAddress, 4 * n),
    ...advance(bAddress, 4),
    ...advance(termsLeft, -1),
  ];
  const tile: Code = [
    ...sums.flat().flatMap((sum) => set(sum, splat(f32(0)))),
    ...set(bAddress, get(bRow)),
    ...set(termsLeft, i32(k)),
    ...doWhile(term, get(termsLeft)),
    ...sums.flatMap(([sumLeft, sumRight], row) => [
      ...store4(get(resultAddress), 4 * n * row, get(sumLeft)),
      ...store4(get(resultAddress), 4 * n * row + 16, get(sumRight)),
    ]),
    ...advance(aAddress, 4 * tileColumns - 4 * n * k),
    ...advance(resultAddress, 4 * tileColumns),
    ...advance(columnsLeft, -1),
  ];
  const rows: Code = [
    ...set(aAddress, i32(0)),
    ...set(columnsLeft, i32(n / tileColumns)),
    ...doWhile(tile, get(columnsLeft)),
    ...advance(resultAddress, 4 * n * (tileRows - 1)),
    ...advance(bRow, 4 * k * tileRows),
    ...advance(rowsLeft, -1),
  ];
  return [
    ...set(bRow, i32(bStart)),
    ...set(resultAddress, i32(resultStart)),
    ...set(rowsLeft, i32(m / tileRows)),
    ...doWhile(rows, get(rowsLeft)),
  ];
}
