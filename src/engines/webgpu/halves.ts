// Tensors in float16, for products: each is scaled by the power of two that brings its largest value near the upper end of float16.
import type { WebGPUBackend } from '@tensorflow/tfjs-backend-webgpu';
import type { TensorInfo } from '@tensorflow/tfjs-core';
import { elementCount } from '../../formats/tensor-shape.ts';
import { dispatch } from './kernel.ts';

/** A tensor is `values` times `unit`. */
export interface Half {
  /** f16, two in each float32. */
  values: TensorInfo;
  /** [1]: a power of two. */
  unit: TensorInfo;
}

const threads = 256;
const mostParts = 256; // a workgroup of the second kernel reads one per thread
const perThread = 8;

/** Of numbers that are not negative, the bits are in the same order. Infinity comes after all, NaN after that. */
const magnitude = 'bitcast<u32>(x[i]) & 0x7fffffff';

/** The exponent of the largest value becomes 14, so that it lies in [2^14, 2^15); what is 2^28 times smaller is still normal. */
const topExponent = 14;
const mostUp = 100; // of a tensor of zeros, or nearly so

/** float32 -> float16 and its unit, in two passes over memory. What is not finite stays so. */
export function toHalf(backend: unknown, x: TensorInfo): Half {
  const count = elementCount(x.shape);
  const parts = Math.min(mostParts, Math.ceil(count / threads));
  const [maxima] = dispatch(backend, {
    inputs: { x },
    outputs: { maxima: { shape: [parts], dtype: 'int32' } },
    groups: parts,
    code: `
var<workgroup> largest: atomic<u32>;
@compute @workgroup_size(${threads})
fn main(@builtin(workgroup_id) group: vec3u, @builtin(local_invocation_index) thread: u32) {
  let part = groupIndex(group);
  var mine = 0u;
  for (var i = part * ${threads} + thread; i < ${count}; i += ${parts * threads}) { mine = max(mine, ${magnitude}); }
  atomicMax(&largest, mine);
  workgroupBarrier();
  if (thread == 0 && part < ${parts}) { maxima[part] = i32(atomicLoad(&largest)); }
}`,
  });
  const [values, unit] = dispatch(backend, {
    inputs: { x, maxima: maxima! },
    outputs: { values: { shape: [Math.ceil(count / 2)] }, unit: { shape: [1] } },
    halves: ['values'],
    groups: Math.ceil(count / (threads * perThread)),
    code: `
var<workgroup> largest: atomic<u32>;
@compute @workgroup_size(${threads})
fn main(@builtin(workgroup_id) group: vec3u, @builtin(local_invocation_index) thread: u32) {
  if (thread < ${parts}) { atomicMax(&largest, u32(maxima[thread])); }
  workgroupBarrier();
  let exponent = i32(atomicLoad(&largest) >> 23) - 127;
  let up = select(min(${topExponent} - exponent, ${mostUp}), 0, exponent == 128); // not finite: as it is
  let scale = bitcast<f32>((127 + up) << 23);
  let number = groupIndex(group);
  let first = number * ${threads * perThread} + thread;
  for (var j = 0u; j < ${perThread}; j++) {
    let i = first + j * ${threads};
    if (i < ${count}) { values[i] = f16(x[i] * scale); }
  }
  if (number == 0 && thread == 0) { unit[0] = bitcast<f32>((127 - up) << 23); }
}`,
  });
  (backend as WebGPUBackend).disposeData(maxima!.dataId);
  return { values: values!, unit: unit! };
}
