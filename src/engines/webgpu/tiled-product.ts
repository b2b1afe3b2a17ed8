// Sums of products, which convolutions, their gradients and matrix products all are, by tiles that the threads of a workgroup share.
import type { WebGPUBackend } from '@tensorflow/tfjs-backend-webgpu';
import type { TensorInfo } from '@tensorflow/tfjs-core';
import { elementCount } from '../../formats/tensor-shape.ts';
import type { Half } from './halves.ts';
import { dispatch, forEach } from './kernel.ts';

/** out[place(b, i, j)] = sum over k of left(b, i, k) right(b, k, j). */
export interface Product {
  batch: number;
  rows: number;
  columns: number;
  inner: number;
  left: Factor;
  right: Factor;
  /** WGSL that returns where in `out` the value at u32s `batch`, `row`, `column` belongs; -1: nowhere. */
  place: string;
  shape: readonly number[];
}

interface Factor {
  /** WGSL that returns the value at u32s `batch`, `outer` (the row or column) and `k`, out of the array `left` or `right`. */
  value: string;
  /** Along which of both neighbours in memory lie: neighbouring threads load those. */
  along: 'outer' | 'inner';
}

/** What is multiplied: a tensor as it is, or in float16, which halves what is read and what a workgroup keeps. */
export type Factors = readonly [left: TensorInfo, right: TensorInfo] | readonly [left: Half, right: Half];

const threads = 256; // each has four rows of four columns
const groupsWanted = 512; // a sum is cut into parts where there would be fewer
const shortestPart = 256;

/** float16 or float32 in, products and sums in float32, float32 out. */
export function tiledProduct(backend: unknown, product: Product, factors: Factors): TensorInfo {
  const { shape, inner, columns, rows, batch } = product;
  const tile = tileFor(columns);
  const groups = batch * Math.ceil(rows / tile.rows) * Math.ceil(columns / tile.columns);
  const parts = Math.max(1, Math.min(Math.floor(groupsWanted / groups), Math.ceil(inner / shortestPart)));
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
  const { values, unit } = right as Half;
  return {
    inputs: { left: left.values, right: values, leftUnit: left.unit, rightUnit: unit },
    halves: ['left', 'right'],
  };
}

interface Tile {
  rows: number;
  columns: number;
  /** How many k at a time. */
  depth: number;
}

/** As wide as it need be, so that few threads are idle; what it keeps, in float32 too, every GPU's workgroup can. */
function tileFor(columns: number): Tile {
  const width = [8, 16, 32].find((some) => columns <= some) ?? 64;
  const rows = (threads * 16) / width;
  return { rows, columns: width, depth: Math.min(16, 2048 / rows) };
}

function codeOf(product: Product, tile: Tile, parts: number, half: boolean): string {
  const { batch, rows, columns, inner, left, right, place, shape } = product;
  const [down, across] = [Math.ceil(rows / tile.rows), Math.ceil(columns / tile.columns)];
  const type = half ? 'f16' : 'f32';
  const perPart = Math.ceil(inner / parts);
  const lanes = tile.columns / 4;
  return `
${tileCode('left', left, type, rows, tile.rows, tile.depth)}
${tileCode('right', right, type, columns, tile.columns, tile.depth)}

fn place(batch: u32, row: u32, column: u32) -> i32 { ${place} }

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
      let at = place(batch, row, column);
      if (at >= 0) { out[part * ${elementCount(shape)} + u32(at)] = sums[i][j]${half ? ' * leftUnit[0] * rightUnit[0]' : ''}; }
    }
  }
}`;
}

/** A tile of a factor, and how the threads load it: four rows or columns at a time, zeros beyond the ends. */
function tileCode(name: string, factor: Factor, type: string, size: number, side: number, depth: number): string {
  const fours = side / 4;
  const [depthOf, fourOf] =
    factor.along === 'inner' ? [`at % ${depth}`, `at / ${depth}`] : [`at / ${fours}`, `at % ${fours}`];
  const four = [0, 1, 2, 3].map((more) => `${name}At(batch, outer + ${more}, k, end)`).join(', ');
  return `
var<workgroup> ${name}s: array<array<vec4<${type}>, ${fours + 1}>, ${depth}>; // one more, so that a column lies in all banks

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
