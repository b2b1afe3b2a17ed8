// Why TensorFlow does not use a GPU. It says so in its log only, at a level that is off otherwise.
import { messageOf } from '../../../errors.ts';
import { checkInstallation } from './check.ts';
import type { Installation } from './location.ts';

/** @returns undefined if it uses one; else the reason, with the names of missing libraries. Loads TensorFlow in a process of its own. */
export async function whyNoGpu(installation: Installation): Promise<string | undefined> {
  const talkative = { TF_CPP_MIN_LOG_LEVEL: '0', TF_CPP_VMODULE: 'dso_loader=1' };
  try {
    const { usesGpu, log } = await checkInstallation(installation, talkative);
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
