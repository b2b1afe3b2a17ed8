// Computes one tile of a matrix product in WebAssembly, and packs the operands for it.
import {
  add,
  add4,
  addFloats,
  advance,
  and,
  type Code,
  doWhile,
  doWhileUnrolled,
  type FunctionCode,
  f32,
  get,
  i32,
  isEqual,
  isLess,
  load4,
  loadFloat,
  loadInt,
  loadInto4,
  minimum,
  multiply,
  multiply4,
  set,
  splat,
  store4,
  storeFloat,
  subtract,
  when,
} from './assembler.ts';

/**
 * The tile of C is accumulated in 8 registers of 4 floats; the factors of each k take 6 more. V8 has 15 and hoists loads to the start of
 * a block of code, so a wider tile, or two k in one block, would spill registers.
 */
export const tile = { rows: 4, columns: 8 };

export const tileBytes = 4 * tile.rows * tile.columns;

/** Numbers a function's parameters and locals by name. */
export function numbered<Name extends string>(...names: Name[]): Record<Name, number> {
  return Object.fromEntries(names.map((name, index) => [name, index])) as Record<Name, number>;
}

const range = (count: number) => Array.from({ length: count }, (_, index) => index);

/** Whether addresses are contiguous, one float apart, so that vectors can be loaded and stored there. */
function areContiguous(addresses: readonly Code[]): Code {
  const [first, ...others] = addresses;
  const tests = others.map((address, index) => isEqual(subtract(address, first!), i32(4 * (index + 1))));
  return tests.reduce((all, one) => and(all, one));
}

/** Packs `width` rows (or columns) of a matrix: values [terms, width]. */
export function pack(width: number): FunctionCode {
  const { matrix, offsets, terms, count, to, term } = numbered('matrix', 'offsets', 'terms', 'count', 'to', 'term');
  const address = (index: number) => term + 1 + index;
  const each = (copy: Code): Code =>
    doWhile(
      [
        ...set(term, loadInt(get(terms))),
        ...copy,
        ...advance(terms, 4),
        ...advance(to, 4 * width),
        ...advance(count, -1),
      ],
      get(count),
    );
  const copyVectors = range(width / 4).flatMap((index) =>
    store4(get(to), 16 * index, load4(add(get(address(0)), get(term)), 16 * index)),
  );
  const copyFloats = range(width).flatMap((index) =>
    storeFloat(get(to), 4 * index, loadFloat(add(get(address(index)), get(term)))),
  );
  return {
    parameters: 5,
    locals: Array(1 + width).fill('i32'),
    body: [
      ...range(width).flatMap((index) => set(address(index), add(get(matrix), loadInt(get(offsets), 4 * index)))),
      ...when(areContiguous(range(width).map((index) => get(address(index)))), each(copyVectors), each(copyFloats)),
    ],
  };
}

/**
 * Computes one tile of C from a panel of A and one of B, over `count` terms. Its elements are at `c` plus the offsets of two tables;
 * `rowsLeft` and `columnsLeft` tell how many are in C. The first block of k replaces C's values, later ones are added.
 */
export function multiplyPanels(): FunctionCode {
  const parameters = [
    ...(['a', 'b', 'count'] as const),
    ...(['c', 'rows', 'columns', 'rowsLeft', 'columnsLeft', 'isFirst', 'buffer'] as const),
  ];
  const local = numbered(...parameters, 'row', 'column', 'rowBytes', 'address', 'left', 'right', 'factor');
  const { a, b, count, c, rows, columns, rowsLeft, columnsLeft, isFirst, buffer } = local;
  const { row, column, rowBytes, address, left, right, factor } = local;
  const sums = range(tile.rows).map((i) => [factor + 1 + 2 * i, factor + 2 + 2 * i] as const);

  const step = (index: number): Code => [
    ...set(left, load4(get(b), 32 * index)),
    ...set(right, load4(get(b), 32 * index + 16)),
    ...sums.flatMap(([sumLeft, sumRight], i) => [
      ...set(factor, loadInto4(get(a), 16 * index + 4 * i)),
      ...set(sumLeft, add4(get(sumLeft), multiply4(get(factor), get(left)))),
      ...set(sumRight, add4(get(sumRight), multiply4(get(factor), get(right)))),
    ]),
    ...advance(count, -1),
  ];
  const accumulate: Code = [
    ...sums.flat().flatMap((sum) => set(sum, splat(f32(0)))),
    ...doWhileUnrolled(step(0), [...step(1), ...advance(a, 32), ...advance(b, 64)], get(count)),
  ];

  const storeVectors = sums.flatMap(([sumLeft, sumRight], i) => [
    ...set(address, add(add(get(c), loadInt(get(rows), 4 * i)), loadInt(get(columns)))),
    ...when(isEqual(get(isFirst), i32(0)), [
      ...set(sumLeft, add4(get(sumLeft), load4(get(address), 0))),
      ...set(sumRight, add4(get(sumRight), load4(get(address), 16))),
    ]),
    ...store4(get(address), 0, get(sumLeft)),
    ...store4(get(address), 16, get(sumRight)),
  ]);

  const storeOne: Code = [
    ...set(address, add(add(get(c), loadInt(get(rows))), loadInt(add(get(columns), get(column))))),
    ...when(
      get(isFirst),
      storeFloat(get(address), 0, loadFloat(add(get(buffer), get(column)))),
      storeFloat(get(address), 0, addFloats(loadFloat(get(address)), loadFloat(add(get(buffer), get(column))))),
    ),
    ...advance(column, 4),
  ];
  const storeFloats: Code = [
    ...sums.flat().flatMap((sum, index) => store4(get(buffer), 16 * index, get(sum))),
    ...set(row, minimum(get(rowsLeft), i32(tile.rows))),
    ...set(rowBytes, multiply(i32(4), minimum(get(columnsLeft), i32(tile.columns)))),
    ...doWhile(
      [
        ...set(column, i32(0)),
        ...doWhile(storeOne, isLess(get(column), get(rowBytes))),
        ...advance(buffer, 4 * tile.columns),
        ...advance(rows, 4),
        ...advance(row, -1),
      ],
      get(row),
    ),
  ];
  const isWhole = and(isLess(i32(tile.rows - 1), get(rowsLeft)), isLess(i32(tile.columns - 1), get(columnsLeft)));
  const isContiguous = areContiguous(range(tile.columns).map((index) => loadInt(get(columns), 4 * index)));
  return {
    parameters: parameters.length,
    locals: [...Array(4).fill('i32'), ...Array(3 + 2 * tile.rows).fill('v128')],
    body: [...accumulate, ...when(and(isWhole, isContiguous), storeVectors, storeFloats)],
  };
}
