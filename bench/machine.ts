// Describes the machine of a measurement.
import { readFileSync } from 'node:fs';
import { availableParallelism, cpus, release, totalmem } from 'node:os';

export interface Machine {
  processor: string;
  cores: number;
  /** CPU features that select kernels. */
  instructions: string[];
  memoryMiB: number;
  system: string;
}

const kernelFeatures = ['avx2', 'avx512f', 'avx512_vnni', 'avx512_bf16', 'amx_bf16'];

export function describeMachine(): Machine {
  const flags = /^flags\s*:(.*)$/m.exec(readFileSync('/proc/cpuinfo', 'utf8'))?.[1]?.split(' ') ?? [];
  return {
    processor: cpus()[0]?.model.trim() ?? 'unknown',
    cores: availableParallelism(),
    instructions: kernelFeatures.filter((name) => flags.includes(name)),
    memoryMiB: Math.round(totalmem() / 2 ** 20),
    system: `Linux ${release()}`,
  };
}
