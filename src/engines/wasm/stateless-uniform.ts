// Uniform random numbers from a seed, bit for bit those of tf.random.stateless_uniform on a CPU.
// Philox4x32-10 (Salmon et al. 2011) with TensorFlow's key scrambling (stateless_random_ops.cc, GenerateKey).
import type { BackendWasm } from '@tensorflow/tfjs-backend-wasm';
import { philox } from '../../random.ts';
import { makeOutput, valuesOf, type WasmKernel } from './kernel.ts';

/** `count` values in [0, 1), 23 bits fine, of TensorFlow's stream with seed [seed0, seed1] (int32 each). */
export function statelessUniform(count: number, seed0: number, seed1: number): Float32Array {
  const values = new Float32Array(count);
  fillUniform(values, seed0, seed1);
  return values;
}

function fillUniform(values: Float32Array, seed0: number, seed1: number): void {
  // The seeds, extended to 64 bits, are hashed by one block; half of it becomes the key, half the counter's upper words.
  const mixed = Uint32Array.of(seed0, seed0 >> 31, seed1, seed1 >> 31);
  philox(mixed, 0x3ec8f720, 0x02461e29);
  const [key0, key1, counter2, counter3] = mixed as Uint32Array & [number, number, number, number];
  const block = new Uint32Array(4);
  const bits = new Uint32Array(values.buffer, values.byteOffset, values.length);
  for (let i = 0; i < values.length; i += 4) {
    block[0] = i / 4;
    block[1] = 0;
    block[2] = counter2;
    block[3] = counter3;
    philox(block, key0, key1);
    // 23 random bits as the fraction of a float in [1, 2).
    for (let j = 0; j < 4 && i + j < values.length; j++) bits[i + j] = (block[j]! & 0x7fffff) | 0x3f800000;
  }
  for (let i = 0; i < values.length; i++) values[i]! -= 1;
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
