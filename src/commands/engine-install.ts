// dcgan engine install: installs the native engine, or reports what is missing.
import { chooseVariant } from '../engines/tensorflow/install/gpu.ts';
import { installTensorflow, missingForInstall } from '../engines/tensorflow/install/install.ts';
import type { Variant } from '../engines/tensorflow/install/location.ts';
import type { InstallProgress } from '../engines/tensorflow/install/reporting.ts';
import { DcganError } from '../errors.ts';

export interface EngineInstallResult {
  installed: boolean;
  variant: Variant;
  /** Why it is not installed, in sentences; empty if it is. */
  missing: string[];
  directory?: string;
  /** Whether it was already installed. */
  alreadyThere?: boolean;
  sizeMiB?: number;
  seconds?: number;
  /** What was damaged in an earlier installation. */
  repaired?: string;
  /** Why a new CUDA installation computes on the CPU, if it does. */
  noGpu?: string;
}

/**
 * Installs TensorFlow: the given variant, or the one that fits this machine.
 * @param options `ifPossible`: returns obstacles in `missing` instead of throwing
 * @throws DcganError `engine.*` without `ifPossible`
 */
export async function engineInstall(
  options: { variant?: Variant; ifPossible: boolean },
  onProgress: (event: InstallProgress) => void = () => undefined,
): Promise<EngineInstallResult> {
  const variant = options.variant ?? (await chooseVariant());
  try {
    return { installed: true, variant, missing: [], ...(await installTensorflow({ variant, onProgress })) };
  } catch (error) {
    if (!options.ifPossible || !(error instanceof DcganError) || error.kind !== 'engine') throw error;
    const missing = await missingForInstall();
    return { installed: false, variant, missing: missing.length > 0 ? missing : [error.message] };
  }
}
