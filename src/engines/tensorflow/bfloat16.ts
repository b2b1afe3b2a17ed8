// Whether what computes multiplies bfloat16 numbers itself; without that the precision only costs time.
import { readFileSync } from 'node:fs';
import { runProcess } from './install/compiler/process.ts';

/** Of this processor: AVX512_BF16 or AMX. */
export function bfloat16Units(): boolean {
  if (process.platform !== 'linux' || process.arch !== 'x64') return false;
  try {
    return /^flags\s*:.*\b(avx512_bf16|amx_bf16)\b/m.test(readFileSync('/proc/cpuinfo', 'utf8'));
  } catch {
    return false;
  }
}

/** Of every NVIDIA GPU here, as their driver says. */
export async function gpuBfloat16Units(): Promise<boolean> {
  const query = ['--query-gpu=compute_cap', '--format=csv,noheader'];
  const { exitCode, stdout } = await runProcess('nvidia-smi', query);
  return exitCode === 0 && haveBfloat16(stdout);
}

/** CUDA's compute capabilities, one per line: 8.0, Ampere, was the first with tensor cores for bfloat16. */
export function haveBfloat16(capabilities: string): boolean {
  const lines = capabilities.trim().split('\n');
  return lines.every((line) => Number(line) >= 8);
}
