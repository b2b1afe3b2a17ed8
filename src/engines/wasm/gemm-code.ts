// The product of two matrices, in WebAssembly: C[i, j] = sum_k A[i, k] B[k, j], where every value stands at an address out of two
// tables, rows[i] + columns[k]. So a convolution, its gradients and a transform all are such products, and nothing is transposed.
import {
  add,
  add4,
  addFloats,
  and,
  type Code,
  call,
  choose,
  divide,
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
  moduleBytes,
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
} from './wasm-function.ts';

/**
 * Rows and columns of C that are added up at once, in 8 registers of 4 floats; the factors of each k take 6 more. V8 has 15 to give
 * and fetches early what a block of code will need: a wider tile, or two k in one block, would go through memory.
 */
export const tile = { rows: 4, columns: 8 };

/** Of one product, int32 each, in this order. Places are addresses of tables of offsets in bytes, one entry per row, column or k. */
export const jobFields = [
  ...['a', 'b', 'c'], // addresses of the first matrices of the stacks
  ...['aNext', 'bNext', 'cNext'], // bytes from one matrix of a stack to the next
  ...['aRows', 'aTerms', 'bTerms', 'bColumns', 'cRows', 'cColumns'], // places; as if repeated to whole tiles, those of a and b
  ...['rows', 'columns', 'terms'],
  'block', // so many k at once: what is used again and again stays in the cache
] as const;
export type JobField = (typeof jobFields)[number];

/** Bytes that one thread needs: a tile of C, one panel of the streamed matrix, and all of the resident one's, for a block of k. */
export function scratchBytes(block: number, residentSide: number): number {
  return tileBytes + 4 * block * (tile.columns + Math.ceil(residentSide / tile.columns) * tile.columns);
}

const tileBytes = 4 * tile.rows * tile.columns;

/** Numbers for the names of a function's parameters and locals. */
function numbered<Name extends string>(...names: Name[]): Record<Name, number> {
  return Object.fromEntries(names.map((name, index) => [name, index])) as Record<Name, number>;
}

const range = (count: number) => Array.from({ length: count }, (_, index) => index);
const advance = (local: number, by: number): Code => set(local, add(get(local), i32(by)));

/** Whether places follow one another, a float apart: then vectors can be loaded and stored there. */
function areSideBySide(places: readonly Code[]): Code {
  const [first, ...others] = places;
  const follow = others.map((place, index) => isEqual(subtract(place, first!), i32(4 * (index + 1))));
  return follow.reduce((all, one) => and(all, one));
}

/** Copies `width` rows (or columns) of a matrix beside each other: values [terms, width]. */
function pack(width: number): FunctionCode {
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

/** One tile of C out of a panel of A and one of B. `left` says how many rows and columns there still are. */
function multiplyPanels(): FunctionCode {
  const parameters = [
    'a',
    'b',
    'count',
    'c',
    'rows',
    'columns',
    'rowsLeft',
    'columnsLeft',
    'isFirst',
    'buffer',
  ] as const;
  const local = numbered(...parameters, 'row', 'column', 'place', 'left', 'right', 'factor');
  const { a, b, count, c, rows, columns, rowsLeft, columnsLeft, isFirst, buffer, row, column, place } = local;
  const { left, right, factor } = local;
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
    ...when(get(isFirst), [], [
      ...set(sumLeft, add4(get(sumLeft), load4(get(place), 0))),
      ...set(sumRight, add4(get(sumRight), load4(get(place), 16))),
    ]), // biome-ignore format: one statement
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
    ...set(row, choose(isLess(get(rowsLeft), i32(tile.rows)), get(rowsLeft), i32(tile.rows))),
    ...set(columnsLeft, multiply(i32(4), choose(isLess(get(columnsLeft), i32(tile.columns)), get(columnsLeft), i32(tile.columns)))), // biome-ignore format: one statement
    ...repeatWhile(
      [
        ...set(column, i32(0)),
        ...repeatWhile(storeOne, isLess(get(column), get(columnsLeft))),
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
    locals: [...Array(3).fill('i32'), ...Array(3 + 2 * tile.rows).fill('v128')],
    body: [...addUp, ...when(and(isWhole, isVector), storeAtOnce, storeSingly)],
  };
}

/**
 * Panels first .. last - 1 of a stack of products, counted through all of them. A panel is a tile's rows of A and C, or columns of B and
 * C: of the side that is streamed, which is packed as it comes. The other matrix is packed once per block of k.
 */
function streaming(side: GemmFunction): FunctionCode {
  const local = numbered(
    ...(['job', 'first', 'last', 'scratch'] as const),
    ...(['a', 'b', 'c', 'panels', 'otherPanels', 'matrix', 'begin', 'end', 'term', 'count'] as const),
    ...(['panel', 'other', 'packed', 'packedOthers', 'packedOther'] as const),
  );
  const { job, first, last, scratch, a, b, c, panels, otherPanels, matrix, begin, end, term, count } = local;
  const { panel, other, packed, packedOthers, packedOther } = local;
  const field = (name: JobField) => loadInt(get(job), 4 * jobFields.indexOf(name));

  const rowSide = { pack: 0, width: tile.rows, matrix: a, places: field('aRows'), terms: field('aTerms') };
  const columnSide = { pack: 1, width: tile.columns, matrix: b, places: field('bColumns'), terms: field('bTerms') };
  const [streamed, resident] = side === 'rows' ? [rowSide, columnSide] : [columnSide, rowSide];
  const panelsOf = (name: GemmFunction) => divide(add(field(name), i32(tile[name] - 1)), i32(tile[name]));
  const packPanel = (of: typeof rowSide, index: number, to: number): Code =>
    call(
      of.pack,
      get(of.matrix),
      add(of.places, multiply(get(index), i32(4 * of.width))),
      add(of.terms, multiply(get(term), i32(4))),
      get(count),
      get(to),
    );
  const nextOther: Code = [
    ...set(packedOther, add(get(packedOther), multiply(get(count), i32(4 * resident.width)))),
    ...advance(other, 1),
  ];
  const [rowPanel, columnPanel] = side === 'rows' ? [panel, other] : [other, panel];
  const [packedRows, packedColumns] = side === 'rows' ? [packed, packedOther] : [packedOther, packed];
  const fromTile = (table: JobField, index: number, width: number) =>
    add(field(table), multiply(get(index), i32(4 * width)));
  const multiplyTile = call(
    2,
    ...[get(packedRows), get(packedColumns), get(count), get(c)],
    ...[fromTile('cRows', rowPanel, tile.rows), fromTile('cColumns', columnPanel, tile.columns)],
    subtract(field('rows'), multiply(get(rowPanel), i32(tile.rows))),
    subtract(field('columns'), multiply(get(columnPanel), i32(tile.columns))),
    isEqual(get(term), i32(0)),
    get(scratch),
  );
  const eachOther = (body: Code): Code => [
    ...set(other, i32(0)),
    ...set(packedOther, get(packedOthers)),
    ...repeatWhile([...body, ...nextOther], isLess(get(other), get(otherPanels))),
  ];
  const block: Code = [
    ...set(count, subtract(field('terms'), get(term))),
    ...set(count, choose(isLess(get(count), field('block')), get(count), field('block'))),
    ...eachOther(packPanel(resident, other, packedOther)),
    ...set(panel, get(begin)),
    ...repeatWhile(
      [...packPanel(streamed, panel, packed), ...eachOther(multiplyTile), ...advance(panel, 1)],
      isLess(get(panel), get(end)),
    ),
    ...set(term, add(get(term), get(count))),
  ];
  const start = (name: 'a' | 'b' | 'c') => add(field(name), multiply(get(matrix), field(`${name}Next`)));
  const matrices: Code = [
    ...set(matrix, divide(get(first), get(panels))),
    ...set(begin, subtract(get(first), multiply(get(matrix), get(panels)))),
    ...set(end, add(get(begin), subtract(get(last), get(first)))),
    ...set(end, choose(isLess(get(end), get(panels)), get(end), get(panels))),
    ...set(a, start('a')),
    ...set(b, start('b')),
    ...set(c, start('c')),
    ...set(term, i32(0)),
    ...repeatWhile(block, isLess(get(term), field('terms'))),
    ...set(first, add(get(first), subtract(get(end), get(begin)))),
  ];
  return {
    parameters: 4,
    locals: Array(15).fill('i32'),
    body: [
      ...set(panels, panelsOf(side)),
      ...set(otherPanels, panelsOf(side === 'rows' ? 'columns' : 'rows')),
      ...set(packed, add(get(scratch), i32(tileBytes))),
      ...set(packedOthers, add(get(packed), multiply(field('block'), i32(4 * streamed.width)))),
      ...repeatWhile(matrices, isLess(get(first), get(last))),
    ],
  };
}

/** By what is streamed. */
export type GemmFunction = 'rows' | 'columns';

/** A module that exports `rows(job, first, last, scratch)` and `columns`, over an imported memory. */
export function gemmModule(memory: 'shared' | 'unshared'): Uint8Array {
  return moduleBytes(
    {
      packRows: pack(tile.rows),
      packColumns: pack(tile.columns),
      multiplyPanels: multiplyPanels(),
      rows: streaming('rows'),
      columns: streaming('columns'),
    },
    { imported: memory },
  );
}
