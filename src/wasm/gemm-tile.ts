// One tile of a product of two matrices, in WebAssembly, and how the values for it are put beside each other.
import {
  add,
  add4,
  addFloats,
  advance,
  and,
  type Code,
  type FunctionCode,
  f32,
  get,
  i32,
  isEqual,
  isLess,
  least,
  load4,
  loadFloat,
  loadInt,
  loadInto4,
  multiply,
  multiply4,
  repeatHalvesWhile,
  repeatWhile,
  set,
  splat,
  store4,
  storeFloat,
  subtract,
  when,
} from './assembler.ts';

/**
 * Rows and columns of C that are added up at once, in 8 registers of 4 floats; the factors of each k take 6 more. V8 has 15 to give
 * and fetches early what a block of code will need: a wider tile, or two k in one block, would go through memory.
 */
export const tile = { rows: 4, columns: 8 };

export const tileBytes = 4 * tile.rows * tile.columns;

/** Numbers for the names of a function's parameters and locals. */
export function numbered<Name extends string>(...names: Name[]): Record<Name, number> {
  return Object.fromEntries(names.map((name, index) => [name, index])) as Record<Name, number>;
}

const range = (count: number) => Array.from({ length: count }, (_, index) => index);

/** Whether places follow one another, a float apart: then vectors can be loaded and stored there. */
function areSideBySide(places: readonly Code[]): Code {
  const [first, ...others] = places;
  const follow = others.map((place, index) => isEqual(subtract(place, first!), i32(4 * (index + 1))));
  return follow.reduce((all, one) => and(all, one));
}

/** Copies `width` rows (or columns) of a matrix beside each other: values [terms, width]. */
export function pack(width: number): FunctionCode {
  const { matrix, places, terms, count, to, term } = numbered('matrix', 'places', 'terms', 'count', 'to', 'term');
  const place = (index: number) => term + 1 + index;
  const each = (copy: Code): Code =>
    repeatWhile(
      [
        ...set(term, loadInt(get(terms))),
        ...copy,
        ...advance(terms, 4),
        ...advance(to, 4 * width),
        ...advance(count, -1),
      ],
      get(count),
    );
  const copyAtOnce = range(width / 4).flatMap((index) =>
    store4(get(to), 16 * index, load4(add(get(place(0)), get(term)), 16 * index)),
  );
  const copySingly = range(width).flatMap((index) =>
    storeFloat(get(to), 4 * index, loadFloat(add(get(place(index)), get(term)))),
  );
  return {
    parameters: 5,
    locals: Array(1 + width).fill('i32'),
    body: [
      ...range(width).flatMap((index) => set(place(index), add(get(matrix), loadInt(get(places), 4 * index)))),
      ...when(areSideBySide(range(width).map((index) => get(place(index)))), each(copyAtOnce), each(copySingly)),
    ],
  };
}

/**
 * One tile of C out of a panel of A and one of B, of `count` terms. Its rows and columns are at `c` and the places of two tables;
 * `left` says how many there still are. What was there is replaced by the first block of k, and added to by the others.
 */
export function multiplyPanels(): FunctionCode {
  const parameters = [
    ...(['a', 'b', 'count'] as const),
    ...(['c', 'rows', 'columns', 'rowsLeft', 'columnsLeft', 'isFirst', 'buffer'] as const),
  ];
  const local = numbered(...parameters, 'row', 'column', 'rowBytes', 'place', 'left', 'right', 'factor');
  const { a, b, count, c, rows, columns, rowsLeft, columnsLeft, isFirst, buffer } = local;
  const { row, column, rowBytes, place, left, right, factor } = local;
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
  const addUp: Code = [
    ...sums.flat().flatMap((sum) => set(sum, splat(f32(0)))),
    ...repeatHalvesWhile(step(0), [...step(1), ...advance(a, 32), ...advance(b, 64)], get(count)),
  ];

  const storeAtOnce = sums.flatMap(([sumLeft, sumRight], i) => [
    ...set(place, add(add(get(c), loadInt(get(rows), 4 * i)), loadInt(get(columns)))),
    ...when(isEqual(get(isFirst), i32(0)), [
      ...set(sumLeft, add4(get(sumLeft), load4(get(place), 0))),
      ...set(sumRight, add4(get(sumRight), load4(get(place), 16))),
    ]),
    ...store4(get(place), 0, get(sumLeft)),
    ...store4(get(place), 16, get(sumRight)),
  ]);

  const storeOne: Code = [
    ...set(place, add(add(get(c), loadInt(get(rows))), loadInt(add(get(columns), get(column))))),
    ...when(
      get(isFirst),
      storeFloat(get(place), 0, loadFloat(add(get(buffer), get(column)))),
      storeFloat(get(place), 0, addFloats(loadFloat(get(place)), loadFloat(add(get(buffer), get(column))))),
    ),
    ...advance(column, 4),
  ];
  const storeSingly: Code = [
    ...sums.flat().flatMap((sum, index) => store4(get(buffer), 16 * index, get(sum))),
    ...set(row, least(get(rowsLeft), i32(tile.rows))),
    ...set(rowBytes, multiply(i32(4), least(get(columnsLeft), i32(tile.columns)))),
    ...repeatWhile(
      [
        ...set(column, i32(0)),
        ...repeatWhile(storeOne, isLess(get(column), get(rowBytes))),
        ...advance(buffer, 4 * tile.columns),
        ...advance(rows, 4),
        ...advance(row, -1),
      ],
      get(row),
    ),
  ];
  const isWhole = and(isLess(i32(tile.rows - 1), get(rowsLeft)), isLess(i32(tile.columns - 1), get(columnsLeft)));
  const isVector = areSideBySide(range(tile.columns).map((index) => loadInt(get(columns), 4 * index)));
  return {
    parameters: parameters.length,
    locals: [...Array(4).fill('i32'), ...Array(3 + 2 * tile.rows).fill('v128')],
    body: [...addUp, ...when(and(isWhole, isVector), storeAtOnce, storeSingly)],
  };
}
