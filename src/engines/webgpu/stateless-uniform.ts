// Uniform random numbers from a seed, bit-identical to the other engines: Philox4x32-10 with TensorFlow's key scrambling.
import { elementCount } from '../../formats/tensor-shape.ts';
import { dispatch, forEach, type WebgpuKernel } from './kernel.ts';

/** As in src/random.ts. WGSL has no 64-bit products, so the upper 32 bits are computed from 16-bit halves. */
const philox = `
fn upperHalf(a: u32, b: u32) -> u32 {
  let middle = (a >> 16) * (b & 0xffff) + (((a & 0xffff) * (b & 0xffff)) >> 16);
  let lower = (middle & 0xffff) + (a & 0xffff) * (b >> 16);
  return (a >> 16) * (b >> 16) + (middle >> 16) + (lower >> 16);
}

fn philox(start: vec4u, startKey: vec2u) -> vec4u {
  var block = start;
  var key = startKey;
  for (var round = 0; round < 10; round++) {
    let upper = vec2u(upperHalf(0xd2511f53, block.x), upperHalf(0xcd9e8d57, block.z));
    let lower = vec2u(0xd2511f53, 0xcd9e8d57) * block.xz;
    block = vec4u(upper.y ^ block.y ^ key.x, lower.y, upper.x ^ block.w ^ key.y, lower.x);
    key += vec2u(0x9e3779b9, 0xbb67ae85);
  }
  return block;
}`;

/** Each thread computes a block of four values. One block hashes the seeds, sign-extended to 64 bits, to the key and upper counter words. */
const blockOf = (count: number) => `
  let seeds = bitcast<vec4u>(vec4i(seed[0], seed[0] >> 31, seed[1], seed[1] >> 31));
  let mixed = philox(seeds, vec2u(0x3ec8f720, 0x02461e29));
  let words = philox(vec4u(i, 0, mixed.zw), mixed.xy);
  for (var j = 0u; j < 4 && 4 * i + j < ${count}; j++) { values[4 * i + j] = f32(words[j] & 0x7fffff) * 0x1p-23; }`;

/** `StatelessUniform`: seed int32 [2] and attribute `shape` -> float32 in [0, 1), multiples of 2^-23. */
export const statelessUniformKernel: WebgpuKernel = {
  kernelName: 'StatelessUniform',
  kernelFunc: ({ inputs, attrs, backend }) => {
    const shape = attrs!['shape'] as number[];
    const count = elementCount(shape);
    return dispatch(backend, {
      inputs: { seed: inputs['seed']! },
      outputs: { values: { shape } },
      ...forEach(Math.ceil(count / 4), blockOf(count), philox),
    })[0]!;
  },
};
