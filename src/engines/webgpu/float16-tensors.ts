// Converts tensors to float16 for products, scaled by the power of two that brings the largest value near float16's maximum.
import type { WebGPUBackend } from '@tensorflow/tfjs-backend-webgpu';
import type { TensorInfo } from '@tensorflow/tfjs-core';
import { elementCount } from '../../formats/tensor-shape.ts';
import { dispatch } from './kernel.ts';

/** The tensor `values` times `scale`. */
export interface Float16Tensor {
  /** f16, packed in pairs into float32 elements. */
  values: TensorInfo;
  /** [1]: a power of two. */
  scale: TensorInfo;
}

const threads = 256;
const maxParts = 256; // each thread of the second kernel reads one
const perThread = 8;

/** The bits of non-negative floats sort like the floats; infinity sorts last but for NaN. */
const magnitude = 'bitcast<u32>(x[i]) & 0x7fffffff';

/** The largest value is scaled into [2^14, 2^15); values 2^28 times smaller are still normal numbers. */
const topExponent = 14;
const maxShift = 100; // applies to tensors of zeros, or nearly so

/** Converts float32 to float16 with its scale, in two passes over memory. Values that are not finite stay so. */
export function toFloat16(backend: unknown, x: TensorInfo): Float16Tensor {
  const count = elementCount(x.shape);
  const parts = Math.min(maxParts, Math.ceil(count / threads));
  const [maxima] = dispatch(backend, {
    inputs: { x },
    outputs: { maxima: { shape: [parts], dtype: 'int32' } },
    groups: parts,
    code: `
var<workgroup> largest: atomic<u32>;
@compute @workgroup_size(${threads})
fn main(@builtin(workgroup_id) group: vec3u, @builtin(local_invocation_index) thread: u32) {
  let part = groupIndex(group);
  var maximum = 0u;
  for (var i = part * ${threads} + thread; i < ${count}; i += ${parts * threads}) { maximum = max(maximum, ${magnitude}); }
  atomicMax(&largest, maximum);
  workgroupBarrier();
  if (thread == 0 && part < ${parts}) { maxima[part] = i32(atomicLoad(&largest)); }
}`,
  });
  const [values, scale] = dispatch(backend, {
    inputs: { x, maxima: maxima! },
    outputs: { values: { shape: [Math.ceil(count / 2)] }, scale: { shape: [1] } },
    float16: ['values'],
    groups: Math.ceil(count / (threads * perThread)),
    code: `
var<workgroup> largest: atomic<u32>;
@compute @workgroup_size(${threads})
fn main(@builtin(workgroup_id) group: vec3u, @builtin(local_invocation_index) thread: u32) {
  if (thread < ${parts}) { atomicMax(&largest, u32(maxima[thread])); }
  workgroupBarrier();
  let exponent = i32(atomicLoad(&largest) >> 23) - 127;
  let shift = select(min(${topExponent} - exponent, ${maxShift}), 0, exponent == 128); // infinity or NaN: unscaled
  let factor = bitcast<f32>((127 + shift) << 23);
  let number = groupIndex(group);
  let first = number * ${threads * perThread} + thread;
  for (var j = 0u; j < ${perThread}; j++) {
    let i = first + j * ${threads};
    if (i < ${count}) { values[i] = f16(x[i] * factor); }
  }
  if (number == 0 && thread == 0) { scale[0] = bitcast<f32>((127 - shift) << 23); }
}`,
  });
  (backend as WebGPUBackend).disposeData(maxima!.dataId);
  return { values: values!, scale: scale! };
}
