// dcgan engine install --webgpu and --onnx: installs optional npm packages into the user's cache.
import { dawnPackage } from '../engines/webgpu/dawn.ts';
import { onnxPackage } from '../evaluation/features/onnx-features.ts';
import { installOptional } from '../system/optional-package.ts';

const extras = { webgpu: dawnPackage, onnx: onnxPackage } as const;

/** `webgpu` is Dawn, for the webgpu engine; `onnx` is ONNX Runtime, for custom feature networks. */
export type EngineExtra = keyof typeof extras;

export interface EngineExtraResult {
  extra: EngineExtra;
  package: string;
  directory: string;
  /** Whether it was already installed. */
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
