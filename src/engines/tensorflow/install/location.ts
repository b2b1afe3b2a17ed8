// Locates installations of TensorFlow: a folder in the user's cache per version, variant and platform.
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { cachePath } from '../../../system/user-cache.ts';
import { bindingPackage } from './packages.ts';

/** The build for the CPU, or for NVIDIA GPUs; without a GPU, that computes on the CPU too. */
export type Variant = 'cpu' | 'cuda';

export interface Installation {
  directory: string;
  variant: Variant;
  bindingFile: string;
  libraryDirectory: string;
}

export const tensorflowVersion = '2.21.0';
export const napiVersion = 8;
export const bindingName = 'tfjs_binding.node';
export const stderrAddonName = 'stderr_capture.node';
export const manifestName = 'installation.json';

const revision = 'r2'; // raised when the contents of an installation change

/** The folder of one variant, for this process's versions and platform. */
export function installationFolder(variant: Variant): string {
  const binding = `tfjs-node-${bindingPackage.version}`;
  const platform = `${process.platform}-${process.arch}`;
  return cachePath(
    'tensorflow',
    [tensorflowVersion, variant, binding, platform, `napi${napiVersion}`, revision].join('-'),
  );
}

/** The manifest is written last, and a complete installation is renamed into place, so the manifest is sufficient evidence. */
export function isInstalled(directory: string): boolean {
  return existsSync(join(directory, manifestName));
}

export function installationIn(directory: string, variant: Variant): Installation {
  const bindingFile = join(directory, bindingName);
  return { directory, variant, bindingFile, libraryDirectory: join(directory, 'tensorflow') };
}

/** The installation to use: CUDA before CPU, or the variant that DCGAN_TENSORFLOW names. */
export function findInstallation(): Installation | undefined {
  const requested = process.env['DCGAN_TENSORFLOW'];
  const variants: Variant[] = requested === 'cpu' || requested === 'cuda' ? [requested] : ['cuda', 'cpu'];
  return variants
    .map((variant) => installationIn(installationFolder(variant), variant))
    .find(({ directory }) => isInstalled(directory));
}
