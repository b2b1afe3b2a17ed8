// Products of matrices whose values lie anywhere in tensors, by our own WebAssembly on all threads. At its best it reaches what the
// processor can do with four floats at a time.
import type { BackendWasm } from '@tensorflow/tfjs-backend-wasm';
import type { TensorInfo } from '@tensorflow/tfjs-core';
import { type GemmFunction, type JobField, jobFields, scratchBytes } from '../../wasm/gemm-code.ts';
import { tile } from '../../wasm/gemm-tile.ts';
import { teamOf } from './thread-pool.ts';

/** A stack of matrices: value [i, j] of matrix n stands at place start + n next + rows[i] + columns[j] of a tensor. */
export interface Matrices {
  values: TensorInfo;
  rows: Int32Array;
  columns: Int32Array;
  start?: number;
  next?: number;
}

/** Steps through a tensor: so many times, so far apart. */
export type Axis = readonly [count: number, step: number];

/** All sums of one step of each axis, the last axis first. */
export function places(...axes: Axis[]): Int32Array {
  let sums = Int32Array.of(0);
  for (const [count, step] of axes) {
    const next = new Int32Array(sums.length * count);
    let index = 0;
    for (const sum of sums) for (let i = 0; i < count; i++) next[index++] = sum + i * step;
    sums = next;
  }
  return sums;
}

/** c = a b for each of `count` matrices [m, n], [m, k] and [k, n]. c's other values stay. k is at least 1. */
export function gemm(backend: BackendWasm, c: Matrices, a: Matrices, b: Matrices, count = 1): void {
  const [rows, terms, columns] = [a.rows.length, a.columns.length, b.columns.length];
  if (count === 0 || rows === 0 || columns === 0) return;
  const team = teamOf(backend);
  const [name, length, resident]: [GemmFunction, number, number] =
    rows < columns ? ['columns', columns, rows] : ['rows', rows, columns];
  const block = blockOf(terms, resident);
  const bytes = scratchBytes(block, resident);
  const tables = {
    aRows: wholeTiles(a.rows, tile.rows),
    aTerms: a.columns,
    bTerms: b.rows,
    bColumns: wholeTiles(b.columns, tile.columns),
    cRows: c.rows,
    cColumns: c.columns,
  };
  const tableLength = Object.values(tables).reduce((sum, table) => sum + table.length, 0);
  const memory = backend.makeOutput([jobFields.length + tableLength], 'int32');
  const scratch = backend.makeOutput([(team.threads * bytes) / 4], 'float32');
  const address = ({ dataId }: TensorInfo) => backend.getMemoryOffset(dataId);
  const start = (of: Matrices) => address(of.values) + 4 * (of.start ?? 0);
  const next = (of: Matrices) => 4 * (of.next ?? 0);
  const job: Partial<Record<JobField, number>> = {
    ...{ a: start(a), b: start(b), c: start(c), aNext: next(a), bNext: next(b), cNext: next(c) },
    ...{ rows, columns, terms, block },
  };
  const heap = backend.typedArrayFromHeap(memory) as Int32Array;
  let end = jobFields.length;
  for (const [field, table] of Object.entries(tables)) {
    job[field as JobField] = address(memory) + 4 * end;
    for (let i = 0; i < table.length; i++) heap[end++] = 4 * table[i]!;
  }
  for (const [index, field] of jobFields.entries()) heap[index] = job[field]!;
  team.run({
    name,
    job: address(memory),
    count: count * Math.ceil(length / tile[name]),
    scratch: address(scratch),
    scratchBytes: bytes,
    alone: rows * columns * terms * count < worthWaking,
  });
  for (const { dataId } of [memory, scratch]) backend.disposeData(dataId);
}

const worthWaking = 2 ** 18; // products: some ten microseconds
const cachedFloats = 2 ** 17; // half of a second-level cache of 1 MiB
const longestBlock = 512;

/** Blocks of equal length whose panels of the smaller side, all together, stay in the cache. */
function blockOf(terms: number, side: number): number {
  const longest = Math.min(longestBlock, Math.max(64, Math.floor(cachedFloats / side)));
  return Math.ceil(terms / Math.ceil(terms / longest));
}

/** The last place again for what a tile has more of. */
function wholeTiles(table: Int32Array, size: number): Int32Array {
  const whole = new Int32Array(Math.ceil(table.length / size) * size).fill(table.at(-1)!);
  whole.set(table);
  return whole;
}
