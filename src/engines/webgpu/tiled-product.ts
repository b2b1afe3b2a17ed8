// A tiled matrix product for convolutions, their gradients and matrix multiplication; a workgroup shares its tiles.
import type { WebGPUBackend } from '@tensorflow/tfjs-backend-webgpu';
import type { TensorInfo } from '@tensorflow/tfjs-core';
import { elementCount } from '../../formats/tensor-shape.ts';
import type { Float16Tensor } from './float16-tensors.ts';
import { dispatch, forEach } from './kernel.ts';

/** out[outputIndex(b, i, j)] = sum over k of left(b, i, k) right(b, k, j). */
export interface Product {
  batch: number;
  rows: number;
  columns: number;
  inner: number;
  left: Factor;
  right: Factor;
  /** WGSL that returns the index in `out` of u32s `batch`, `row`, `column`; -1 discards the value. */
  outputIndex: string;
  shape: readonly number[];
}

interface Factor {
  /** WGSL that returns the value at u32s `batch`, `outer` (the row or column) and `k` from the array `left` or `right`. */
  value: string;
  /** The axis that is contiguous in memory: adjacent threads load adjacent elements. */
  contiguous: 'outer' | 'inner';
}

/** Both operands in float32 or in float16, which halves the memory traffic and the workgroup memory. */
export type Factors =
  | readonly [left: TensorInfo, right: TensorInfo]
  | readonly [left: Float16Tensor, right: Float16Tensor];

const threads = 256; // each computes 4 x 4 outputs
const targetGroups = 512; // with fewer workgroups the sums are split into parts
const minPartLength = 256;

/** float16 or float32 in, products and sums in float32, float32 out. */
export function tiledProduct(backend: unknown, product: Product, factors: Factors): TensorInfo {
  const { shape, inner, columns, rows, batch } = product;
  const tile = tileFor(columns);
  const groups = batch * Math.ceil(rows / tile.rows) * Math.ceil(columns / tile.columns);
  const parts = Math.max(1, Math.min(Math.floor(targetGroups / groups), Math.ceil(inner / minPartLength)));
  const size = elementCount(shape);
  const [sums] = dispatch(backend, {
    ...inputsOf(factors),
    outputs: { out: { shape: parts === 1 ? shape : [parts, size] } },
    groups: parts * groups,
    code: codeOf(product, tile, parts, 'values' in factors[0]),
  });
  if (parts === 1) return sums!;
  const adding = `
  var sum = 0.0;
  for (var part = 0u; part < ${parts}; part++) { sum += sums[part * ${size} + i]; }
  out[i] = sum;`;
  const [out] = dispatch(backend, { inputs: { sums: sums! }, outputs: { out: { shape } }, ...forEach(size, adding) });
  (backend as WebGPUBackend).disposeData(sums!.dataId);
  return out!;
}

function inputsOf([left, right]: Factors) {
  if (!('values' in left)) return { inputs: { left, right: right as TensorInfo } };
  const { values, scale } = right as Float16Tensor;
  return {
    inputs: { left: left.values, right: values, leftScale: left.scale, rightScale: scale },
    float16: ['left', 'right'],
  };
}

interface Tile {
  rows: number;
  columns: number;
  /** Number of k per tile. */
  depth: number;
}

/** No wider than needed, so that few threads are idle. In float32 too, it fits the workgroup memory that WebGPU guarantees. */
function tileFor(columns: number): Tile {
  const width = [8, 16, 32].find((size) => columns <= size) ?? 64;
  const rows = (threads * 16) / width;
  return { rows, columns: width, depth: Math.min(16, 2048 / rows) };
}

function codeOf(product: Product, tile: Tile, parts: number, float16: boolean): string {
  const { batch, rows, columns, inner, left, right, outputIndex, shape } = product;
  const [down, across] = [Math.ceil(rows / tile.rows), Math.ceil(columns / tile.columns)];
  const type = float16 ? 'f16' : 'f32';
  const perPart = Math.ceil(inner / parts);
  const lanes = tile.columns / 4;
  return `
${tileCode('left', left, type, rows, tile.rows, tile.depth)}
${tileCode('right', right, type, columns, tile.columns, tile.depth)}

fn outputIndex(batch: u32, row: u32, column: u32) -> i32 { ${outputIndex} }

@compute @workgroup_size(${threads})
fn main(@builtin(workgroup_id) group: vec3u, @builtin(local_invocation_index) thread: u32) {
  let number = groupIndex(group);
  let firstColumn = number % ${across} * ${tile.columns};
  let firstRow = number / ${across} % ${down} * ${tile.rows};
  let batch = number / ${across * down} % ${batch};
  let part = number / ${across * down * batch};
  let end = min((part + 1) * ${perPart}, ${inner});
  let lane = thread % ${lanes};
  let line = thread / ${lanes};
  var sums: array<vec4f, 4>;
  for (var first = part * ${perPart}; first < end; first += ${tile.depth}) {
    leftLoad(thread, batch, firstRow, first, end);
    rightLoad(thread, batch, firstColumn, first, end);
    workgroupBarrier();
    for (var k = 0u; k < ${tile.depth}; k++) {
      let four = vec4f(lefts[k][line]);
      let others = vec4f(rights[k][lane]);
      ${[0, 1, 2, 3].map((row) => `sums[${row}] = fma(vec4f(four[${row}]), others, sums[${row}]);`).join(' ')}
    }
    workgroupBarrier();
  }
  for (var i = 0u; i < 4; i++) {
    for (var j = 0u; j < 4; j++) {
      let row = firstRow + 4 * line + i;
      let column = firstColumn + 4 * lane + j;
      if (row >= ${rows} || column >= ${columns} || part >= ${parts}) { continue; }
      let index = outputIndex(batch, row, column);
      if (index >= 0) { out[part * ${elementCount(shape)} + u32(index)] = sums[i][j]${float16 ? ' * leftScale[0] * rightScale[0]' : ''}; }
    }
  }
}`;
}

/** Declares an operand's tile and how the threads load it: four rows or columns at a time, zeros beyond the edges. */
function tileCode(name: string, factor: Factor, type: string, size: number, side: number, depth: number): string {
  const fours = side / 4;
  const [depthOf, fourOf] =
    factor.contiguous === 'inner' ? [`at % ${depth}`, `at / ${depth}`] : [`at / ${fours}`, `at % ${fours}`];
  const four = [0, 1, 2, 3].map((more) => `${name}At(batch, outer + ${more}, k, end)`).join(', ');
  return `
var<workgroup> ${name}s: array<array<vec4<${type}>, ${fours + 1}>, ${depth}>; // one more, so that a column is spread over all memory banks

fn ${name}Value(batch: u32, outer: u32, k: u32) -> ${type} { ${factor.value} }

fn ${name}At(batch: u32, outer: u32, k: u32, end: u32) -> ${type} {
  if (outer >= ${size} || k >= end) { return 0; }
  return ${name}Value(batch, outer, k);
}

fn ${name}Load(thread: u32, batch: u32, firstOuter: u32, first: u32, end: u32) {
  for (var at = thread; at < ${depth * fours}; at += ${threads}) {
    let outer = firstOuter + 4 * (${fourOf});
    let k = first + ${depthOf};
    ${name}s[${depthOf}][${fourOf}] = vec4<${type}>(${four});
  }
}`;
}
