// Uniform random numbers from a seed, bit-identical to tf.random.stateless_uniform on a CPU.
// Philox4x32-10 (Salmon et al. 2011) with TensorFlow's key scrambling (stateless_random_ops.cc, GenerateKey).
import type { BackendWasm } from '@tensorflow/tfjs-backend-wasm';
import { philox } from '../../random.ts';
import { philoxFill } from '../../wasm/philox-fill.ts';
import { makeOutput, valuesOf, type WasmKernel } from './kernel.ts';

/** `count` values in [0, 1), multiples of 2^-23, from TensorFlow's stream with seed [seed0, seed1] (int32 each). */
export function statelessUniform(count: number, seed0: number, seed1: number): Float32Array {
  const values = new Float32Array(count);
  fillUniform(values, seed0, seed1);
  return values;
}

function fillUniform(values: Float32Array, seed0: number, seed1: number): void {
  // One block hashes the seeds, sign-extended to 64 bits; half of it becomes the key, half the upper words of the counter.
  const mixed = Uint32Array.of(seed0, seed0 >> 31, seed1, seed1 >> 31);
  philox(mixed, 0x3ec8f720, 0x02461e29);
  const [key0, key1, counter2, counter3] = mixed as Uint32Array & [number, number, number, number];
  philoxFill(values, [counter2, counter3], [key0, key1]);
}

/** `StatelessUniform`: seed int32 [2] and attribute `shape` -> float32 in [0, 1). */
export const statelessUniformKernel: WasmKernel = {
  kernelName: 'StatelessUniform',
  kernelFunc: ({ inputs, attrs, backend }) => {
    const [seed0, seed1] = (backend as BackendWasm).readSync(inputs['seed']!.dataId) as Int32Array;
    const output = makeOutput(backend, attrs!['shape'] as number[]);
    fillUniform(valuesOf(backend, output), seed0!, seed1!);
    return output;
  },
};
