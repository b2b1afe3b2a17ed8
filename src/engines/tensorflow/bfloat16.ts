// Whether this processor multiplies bfloat16 numbers itself (AVX512_BF16 or AMX); without that the precision only costs time.
import { readFileSync } from 'node:fs';

export function bfloat16Units(): boolean {
  if (process.platform !== 'linux' || process.arch !== 'x64') return false;
  try {
    return /^flags\s*:.*\b(avx512_bf16|amx_bf16)\b/m.test(readFileSync('/proc/cpuinfo', 'utf8'));
  } catch {
    return false;
  }
}
