// Which TensorFlow fits this machine.
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { runProcess } from './compiler/process.ts';
import type { Variant } from './location.ts';

/** NVIDIA's GPUs are used on Linux on x86 only; that is what TensorFlow's CUDA wheel is made for. */
export const supportsCuda = process.platform === 'linux' && process.arch === 'x64';

/** `cuda` where an NVIDIA driver is, else `cpu`. */
export async function chooseVariant(): Promise<Variant> {
  if (!supportsCuda) return 'cpu';
  return hasDriverFiles() || (await listsGpu()) ? 'cuda' : 'cpu';
}

/** The kernel's part of the driver, or (in WSL2 and containers, which have no kernel part) the library. */
function hasDriverFiles(): boolean {
  const named = process.env['LD_LIBRARY_PATH']?.split(':').filter(Boolean) ?? [];
  const folders = [...named, '/usr/lib/x86_64-linux-gnu', '/usr/lib64', '/usr/lib', '/usr/lib/wsl/lib'];
  const files = ['/proc/driver/nvidia/version', ...folders.map((folder) => join(folder, 'libcuda.so.1'))];
  return files.some((file) => existsSync(file));
}

async function listsGpu(): Promise<boolean> {
  const { exitCode, stdout } = await runProcess('nvidia-smi', ['-L']);
  return exitCode === 0 && stdout.includes('GPU ');
}
