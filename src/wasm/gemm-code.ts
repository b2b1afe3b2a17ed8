// Matrix multiplication in WebAssembly: C[i, j] = sum_k A[i, k] B[k, j]. The address of each element is a sum of two table entries,
// rows[i] + columns[k], so convolutions, their gradients and transforms are matrix products too, without copies or transposes.

import {
  add,
  advance,
  type Code,
  call,
  divide,
  doWhile,
  type FunctionCode,
  get,
  i32,
  isEqual,
  isLess,
  loadInt,
  minimum,
  moduleBytes,
  multiply,
  set,
  subtract,
} from './assembler.ts';
import { multiplyPanels, numbered, pack, tile, tileBytes } from './gemm-tile.ts';

/** The arguments of a product, stored in memory as int32 in this order. */
export const jobFields = [
  ...['a', 'b', 'c'], // addresses of the first matrices of the batches
  ...['aStride', 'bStride', 'cStride'], // bytes from one matrix of a batch to the next
  ...['aRows', 'aTerms', 'bTerms', 'bColumns', 'cRows', 'cColumns'], // addresses of offset tables, in bytes; a's and b's are padded to whole tiles
  ...['rows', 'columns', 'terms'],
  'block', // number of k at a time, such that reused panels stay in the cache
] as const;
export type JobField = (typeof jobFields)[number];

/** Bytes per thread: a tile of C, one panel of the streamed matrix, and all panels of the resident one, for a block of k. */
export function scratchBytes(block: number, residentSide: number): number {
  return tileBytes + 4 * block * (tile.columns + Math.ceil(residentSide / tile.columns) * tile.columns);
}

/**
 * Computes panels first .. last - 1 of a batch of products, numbered through the whole batch. A panel is one tile's rows of A and C, or
 * columns of B and C, on the streamed side. Each streamed panel is packed when it is used, the resident matrix once per block of k.
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

  const rowSide = { pack: 0, width: tile.rows, matrix: a, offsets: field('aRows'), terms: field('aTerms') };
  const columnSide = { pack: 1, width: tile.columns, matrix: b, offsets: field('bColumns'), terms: field('bTerms') };
  const [streamed, resident] = side === 'rows' ? [rowSide, columnSide] : [columnSide, rowSide];
  const panelsOf = (name: GemmFunction) => divide(add(field(name), i32(tile[name] - 1)), i32(tile[name]));
  const packPanel = (of: typeof rowSide, index: number, to: number): Code =>
    call(
      of.pack,
      get(of.matrix),
      add(of.offsets, multiply(get(index), i32(4 * of.width))),
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
    ...doWhile([...body, ...nextOther], isLess(get(other), get(otherPanels))),
  ];
  const block: Code = [
    ...set(count, minimum(subtract(field('terms'), get(term)), field('block'))),
    ...eachOther(packPanel(resident, other, packedOther)),
    ...set(panel, get(begin)),
    ...doWhile(
      [...packPanel(streamed, panel, packed), ...eachOther(multiplyTile), ...advance(panel, 1)],
      isLess(get(panel), get(end)),
    ),
    ...set(term, add(get(term), get(count))),
  ];
  const start = (name: 'a' | 'b' | 'c') => add(field(name), multiply(get(matrix), field(`${name}Stride`)));
  const matrices: Code = [
    ...set(matrix, divide(get(first), get(panels))),
    ...set(begin, subtract(get(first), multiply(get(matrix), get(panels)))),
    ...set(end, minimum(add(get(begin), subtract(get(last), get(first))), get(panels))),
    ...set(a, start('a')),
    ...set(b, start('b')),
    ...set(c, start('c')),
    ...set(term, i32(0)),
    ...doWhile(block, isLess(get(term), field('terms'))),
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
      ...doWhile(matrices, isLess(get(first), get(last))),
    ],
  };
}

/** Which side is streamed. */
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
