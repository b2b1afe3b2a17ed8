// Matrix products by our own WebAssembly on all threads. Operands are addressed by offset tables, so they need not be contiguous.
import type { BackendWasm } from '@tensorflow/tfjs-backend-wasm';
import type { TensorInfo } from '@tensorflow/tfjs-core';
import { type GemmFunction, type JobField, jobFields, scratchBytes } from '../../wasm/gemm-code.ts';
import { tile } from '../../wasm/gemm-tile.ts';
import { threadPoolOf } from './thread-pool.ts';

/** A batch of matrices in a tensor: element [i, j] of matrix n is at index start + n batchStride + rows[i] + columns[j]. */
export interface Matrices {
  values: TensorInfo;
  rows: Int32Array;
  columns: Int32Array;
  start?: number;
  batchStride?: number;
}

export type Axis = readonly [count: number, stride: number];

/** The offsets of all elements along some axes of a tensor, in row-major order: the last axis varies fastest. */
export function offsets(...axes: Axis[]): Int32Array {
  let sums = Int32Array.of(0);
  for (const [count, stride] of axes) {
    const next = new Int32Array(sums.length * count);
    let index = 0;
    for (const sum of sums) for (let i = 0; i < count; i++) next[index++] = sum + i * stride;
    sums = next;
  }
  return sums;
}

/** c = a b for each of `count` matrices [m, n], [m, k] and [k, n]. Leaves other elements of c's tensor unchanged. k is at least 1. */
export function gemm(backend: BackendWasm, c: Matrices, a: Matrices, b: Matrices, count = 1): void {
  const [rows, terms, columns] = [a.rows.length, a.columns.length, b.columns.length];
  if (count === 0 || rows === 0 || columns === 0) return;
  const pool = threadPoolOf(backend);
  const [name, length, resident]: [GemmFunction, number, number] =
    rows < columns ? ['columns', columns, rows] : ['rows', rows, columns];
  const block = blockOf(terms, resident);
  const bytes = scratchBytes(block, resident);
  const tables = {
    aRows: paddedToTiles(a.rows, tile.rows),
    aTerms: a.columns,
    bTerms: b.rows,
    bColumns: paddedToTiles(b.columns, tile.columns),
    cRows: c.rows,
    cColumns: c.columns,
  };
  const tableLength = Object.values(tables).reduce((sum, table) => sum + table.length, 0);
  const memory = backend.makeOutput([jobFields.length + tableLength], 'int32');
  const scratch = backend.makeOutput([(pool.threads * bytes) / 4], 'float32');
  const address = ({ dataId }: TensorInfo) => backend.getMemoryOffset(dataId);
  const start = (of: Matrices) => address(of.values) + 4 * (of.start ?? 0);
  const batchStride = (of: Matrices) => 4 * (of.batchStride ?? 0);
  const job: Partial<Record<JobField, number>> = {
    ...{ a: start(a), b: start(b), c: start(c) },
    ...{ aStride: batchStride(a), bStride: batchStride(b), cStride: batchStride(c) },
    ...{ rows, columns, terms, block },
  };
  const heap = backend.typedArrayFromHeap(memory) as Int32Array;
  let end = jobFields.length;
  for (const [field, table] of Object.entries(tables)) {
    job[field as JobField] = address(memory) + 4 * end;
    for (let i = 0; i < table.length; i++) heap[end++] = 4 * table[i]!;
  }
  for (const [index, field] of jobFields.entries()) heap[index] = job[field]!;
  pool.run({
    name,
    job: address(memory),
    count: count * Math.ceil(length / tile[name]),
    scratch: address(scratch),
    scratchBytes: bytes,
    singleThreaded: rows * columns * terms * count < worthThreading,
  });
  for (const { dataId } of [memory, scratch]) backend.disposeData(dataId);
}

const worthThreading = 2 ** 18; // multiplications, about ten microseconds
const cachedFloats = 2 ** 17; // half of a 1 MiB L2 cache
const maxBlock = 512;

/** Splits k into blocks of equal length, such that all panels of the resident side fit the cache. */
function blockOf(terms: number, side: number): number {
  const limit = Math.min(maxBlock, Math.max(64, Math.floor(cachedFloats / side)));
  return Math.ceil(terms / Math.ceil(terms / limit));
}

/** Repeats the last offset up to a whole number of tiles. */
function paddedToTiles(table: Int32Array, size: number): Int32Array {
  const padded = new Int32Array(Math.ceil(table.length / size) * size).fill(table.at(-1)!);
  padded.set(table);
  return padded;
}
