// Detects NVIDIA GPUs to choose the variant of TensorFlow, and explains why TensorFlow does not use one.
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { messageOf } from '../../../errors.ts';
import { checkInstallation } from './check.ts';
import type { Installation, Variant } from './location.ts';
import { runProcess } from './processes.ts';

/** TensorFlow's CUDA wheel exists for Linux on x86 only. */
export const supportsCuda = process.platform === 'linux' && process.arch === 'x64';

/** `cuda` if an NVIDIA driver is present, else `cpu`. */
export async function chooseVariant(): Promise<Variant> {
  if (!supportsCuda) return 'cpu';
  return hasDriverFiles() || (await listsGpu()) ? 'cuda' : 'cpu';
}

/** The driver's kernel module, or its library in WSL2 and containers, which have no kernel module. */
function hasDriverFiles(): boolean {
  const searchPath = process.env['LD_LIBRARY_PATH']?.split(':').filter(Boolean) ?? [];
  const folders = [...searchPath, '/usr/lib/x86_64-linux-gnu', '/usr/lib64', '/usr/lib', '/usr/lib/wsl/lib'];
  const files = ['/proc/driver/nvidia/version', ...folders.map((folder) => join(folder, 'libcuda.so.1'))];
  return files.some((file) => existsSync(file));
}

async function listsGpu(): Promise<boolean> {
  const { exitCode, stdout } = await runProcess('nvidia-smi', ['-L']);
  return exitCode === 0 && stdout.includes('GPU ');
}

/** @returns undefined if TensorFlow uses a GPU; else the reason, with the names of missing libraries. Loads it in a separate process. */
export async function whyNoGpu(installation: Installation): Promise<string | undefined> {
  const verbose = { TF_CPP_MIN_LOG_LEVEL: '0', TF_CPP_VMODULE: 'dso_loader=1' }; // the reason is only in the log
  try {
    const { usesGpu, log } = await checkInstallation(installation, verbose);
    return usesGpu ? undefined : gpuComplaint(log);
  } catch (error) {
    return messageOf(error);
  }
}

/** The part of TensorFlow's log that says why there is no GPU: libraries that do not load, else warnings and errors. */
export function gpuComplaint(log: string): string {
  const libraries = new Set(Array.from(log.matchAll(/Could not load dynamic library '([^']+)'/g), ([, name]) => name));
  if (libraries.has('libcuda.so.1')) return "libcuda.so.1 cannot be loaded; it is part of NVIDIA's driver.";
  if (libraries.size > 0) return `These libraries cannot be loaded: ${[...libraries].join(', ')}.`;
  const complaints = Array.from(log.matchAll(/^[WEF]\d{4} \S+\s+\d+ [^\]]+\] (.*)$/gm), ([, text]) => text);
  return complaints.join('\n') || 'TensorFlow sees no GPU.';
}
