// Where an installation of TensorFlow lies: one folder per versions, variant and platform, in the user's cache.
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { cachePath } from '../../../system/user-cache.ts';
import { bindingPackage } from './compiler/packages.ts';

/** Which TensorFlow: for the CPU, or for NVIDIA GPUs (which computes on the CPU where there is none). */
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

const recipe = 'r2'; // raised when the contents of an installation change

/** The folder of one variant, for the versions and the platform of this process. */
export function installationFolder(variant: Variant): string {
  const binding = `tfjs-node-${bindingPackage.version}`;
  const platform = `${process.platform}-${process.arch}`;
  return cachePath(
    'tensorflow',
    [tensorflowVersion, variant, binding, platform, `napi${napiVersion}`, recipe].join('-'),
  );
}

/** Installations are renamed to their place when they are complete, so the file written last says it all. */
export function isInstalled(directory: string): boolean {
  return existsSync(join(directory, manifestName));
}

export function installationIn(directory: string, variant: Variant): Installation {
  const bindingFile = join(directory, bindingName);
  return { directory, variant, bindingFile, libraryDirectory: join(directory, 'tensorflow') };
}

/** What is installed: CUDA before CPU, or only the one that DCGAN_TENSORFLOW names. */
export function findInstallation(): Installation | undefined {
  const forced = process.env['DCGAN_TENSORFLOW'];
  const variants: Variant[] = forced === 'cpu' || forced === 'cuda' ? [forced] : ['cuda', 'cpu'];
  return variants
    .map((variant) => installationIn(installationFolder(variant), variant))
    .find(({ directory }) => isInstalled(directory));
}
