// `dcgan engine install --webgpu` and `--onnx`: npm packages that only some need, fetched into the user's cache.
import { dawnPackage } from '../engines/webgpu/dawn.ts';
import { onnxPackage } from '../evaluation/features/onnx-features.ts';
import { installOptional } from '../system/optional-package.ts';

const extras = { webgpu: dawnPackage, onnx: onnxPackage } as const;

/** `webgpu` is Dawn, for the engine webgpu; `onnx` is ONNX Runtime, for feature networks of one's own. */
export type EngineExtra = keyof typeof extras;

export interface EngineExtraResult {
  extra: EngineExtra;
  package: string;
  directory: string;
  /** True if nothing had to be done. */
  alreadyThere: boolean;
}

/** @throws DcganError `engine.npm-missing`, `engine.download`, `engine.integrity`, `usage.cannot-write` */
export async function installExtra(
  extra: EngineExtra,
  onProgress: (message: string) => void = () => undefined,
): Promise<EngineExtraResult> {
  const wanted = extras[extra];
  return { extra, package: `${wanted.name}@${wanted.version}`, ...(await installOptional(wanted, onProgress)) };
}
