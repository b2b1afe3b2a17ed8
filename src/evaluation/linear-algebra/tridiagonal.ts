// Reduces a symmetric matrix to tridiagonal form by Householder reflections from the last row up (as EISPACK's tred1). WebAssembly
// applies a reflection and computes the product that the next one needs in a single pass over the matrix.
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
  subtract2,
  zeros2,
} from '../../wasm/assembler.ts';
import type { Work } from '../metrics/work.ts';

export interface Tridiagonal {
  /** [size] */
  diagonal: Float64Array;
  /** [size]: element i is that of row i and column i - 1; the first is 0. */
  subdiagonal: Float64Array;
}

const pageBytes = 65_536;
const rowsAtOnce = 4;

/** `matrix` [size, size] is symmetric, `size` a multiple of 4. */
export async function tridiagonalise(matrix: Float64Array, size: number, { onProgress }: Work): Promise<Tridiagonal> {
  const { a, v, w, next, product, reflect } = openReflections(size);
  a.set(matrix);
  const diagonal = new Float64Array(size);
  const subdiagonal = new Float64Array(size);
  for (let row = size - 1; row >= 0; row--) {
    const start = row * size; // a lacks the last reflection, so subtract its v w^T + w v^T here
    for (let i = 0; i <= row; i++) next[i] = a[start + i]! - v[row]! * w[i]! - w[row]! * v[i]!;
    diagonal[row] = next[row]!;
    await onProgress(size - row, size);
    next.fill(0, row);
    if (row === 0) break;
    const { length, square } = reflectorOf(next, row);
    subdiagonal[row] = length;
    reflect(row);
    v.set(next);
    setChange(w, v, product, row, square);
  }
  return { diagonal, subdiagonal };
}

/** Replaces x = next[0..count - 1] by the v whose reflection 1 - v v^T / square maps x to `length` times the last axis. */
function reflectorOf(next: Float64Array, count: number): { length: number; square: number } {
  let squares = 0;
  for (let i = 0; i < count; i++) squares += next[i]! ** 2;
  const last = next[count - 1]!;
  const length = last > 0 ? -Math.sqrt(squares) : Math.sqrt(squares);
  next[count - 1] = last - length;
  return { length, square: squares - last * length }; // half of v's squared length
}

/** With p = A v / square and w = p - v (p . v) / (2 square), the reflected A is A - v w^T - w v^T. */
function setChange(w: Float64Array, v: Float64Array, product: Float64Array, count: number, square: number): void {
  w.fill(0);
  if (square === 0) return;
  let dot = 0;
  for (let i = 0; i < count; i++) {
    w[i] = (product[2 * i]! + product[2 * i + 1]!) / square;
    dot += w[i]! * v[i]!;
  }
  for (let i = 0; i < count; i++) w[i]! -= (v[i]! * dot) / (2 * square);
}

/** a [size, size]; v, w and next [size]; product [size, 2], the sum of whose columns is the product. */
function openReflections(size: number) {
  const [vStart, wStart, nextStart, productStart] = [0, 1, 2, 3].map((i) => 8 * size * (size + i)) as Starts;
  const { run, memory } = assemble({
    parameters: 2,
    locals: [...Array(5).fill('i32'), ...Array(4 + 3 * rowsAtOnce).fill('v128')],
    body: onePass(size, [vStart, wStart, nextStart, productStart]),
    memoryPages: Math.ceil((8 * size * (size + 5)) / pageBytes),
  });
  const vector = (start: number) => new Float64Array(memory, start, size);
  return {
    a: new Float64Array(memory, 0, size * size),
    v: vector(vStart),
    w: vector(wStart),
    next: vector(nextStart),
    product: new Float64Array(memory, productStart, 2 * size),
    /** a -= v w^T + w v^T, then product = a next, for the first `count` rows and columns. */
    reflect: (count: number) => run(Math.ceil(count / rowsAtOnce), 16 * Math.ceil(count / 2)),
  };
}

type Starts = [v: number, w: number, next: number, product: number];

const [rowsLeft, columnEnd, aPlace, rowPlace, row, column, productPlace] = [0, 1, 2, 3, 4, 5, 6];
const [vs, ws, nexts, values, firstOfRows] = [7, 8, 9, 10, 11];

function onePass(size: number, [vStart, wStart, nextStart, productStart]: Starts): Code {
  const rows = Array.from({ length: rowsAtOnce }, (_, i) => {
    const [v, w, sum] = [0, 1, 2].map((which) => firstOfRows + 3 * i + which) as [number, number, number];
    return { v, w, sum, offset: 8 * size * i, i };
  });
  const columns: Code = [
    ...set(aPlace, add(get(rowPlace), get(column))),
    ...set(vs, load4(get(column), vStart)),
    ...set(ws, load4(get(column), wStart)),
    ...set(nexts, load4(get(column), nextStart)),
    ...rows.flatMap(({ v, w, sum, offset }) => [
      ...set(values, subtract2(load4(get(aPlace), offset), multiply2(get(v), get(ws)))),
      ...set(values, subtract2(get(values), multiply2(get(w), get(vs)))),
      ...store4(get(aPlace), offset, get(values)),
      ...set(sum, add2(get(sum), multiply2(get(values), get(nexts)))),
    ]),
    ...advance(column, 16),
  ];
  const someRows: Code = [
    ...rows.flatMap(({ v, w, sum, i }) => [
      ...set(v, loadInto2(get(row), vStart + 8 * i)),
      ...set(w, loadInto2(get(row), wStart + 8 * i)),
      ...set(sum, zeros2),
    ]),
    ...set(column, i32(0)),
    ...doWhile(columns, subtract(get(column), get(columnEnd))),
    ...rows.flatMap(({ sum, i }) => store4(get(productPlace), 16 * i, get(sum))),
    ...advance(productPlace, 16 * rowsAtOnce),
    ...advance(rowPlace, 8 * size * rowsAtOnce),
    ...advance(row, 8 * rowsAtOnce),
    ...advance(rowsLeft, -1),
  ];
  return [
    ...set(productPlace, i32(productStart)),
    ...set(rowPlace, i32(0)),
    ...set(row, i32(0)),
    ...doWhile(someRows, get(rowsLeft)),
  ];
}
