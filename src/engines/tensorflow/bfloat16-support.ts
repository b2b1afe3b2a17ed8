// Detects hardware support for bfloat16, without which mixed_bfloat16 is slower than float32.
import { readFileSync } from 'node:fs';
import { runProcess } from './install/processes.ts';

/** Whether this CPU has AVX512_BF16 or AMX. */
export function bfloat16Units(): boolean {
  if (process.platform !== 'linux' || process.arch !== 'x64') return false;
  try {
    return /^flags\s*:.*\b(avx512_bf16|amx_bf16)\b/m.test(readFileSync('/proc/cpuinfo', 'utf8'));
  } catch {
    return false;
  }
}

/** Whether all NVIDIA GPUs here support it, according to their driver. */
export async function gpuBfloat16Units(): Promise<boolean> {
  const query = ['--query-gpu=compute_cap', '--format=csv,noheader'];
  const { exitCode, stdout } = await runProcess('nvidia-smi', query);
  return exitCode === 0 && haveBfloat16(stdout);
}

/** @param capabilities CUDA compute capabilities, one per line. 8.0 (Ampere) was the first with bfloat16 tensor cores */
export function haveBfloat16(capabilities: string): boolean {
  const lines = capabilities.trim().split('\n');
  return lines.every((line) => Number(line) >= 8);
}
