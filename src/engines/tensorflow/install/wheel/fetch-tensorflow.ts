// Downloads TensorFlow's wheel, and for CUDA its companions from NVIDIA, and keeps the files that are needed.
import { readdir } from 'node:fs/promises';
import { join } from 'node:path';
import type { Toolchain } from '../compiler/toolchain.ts';
import type { Variant } from '../location.ts';
import type { OnProgress } from '../progress.ts';
import { fetchWheel } from './fetch-wheel.ts';
import { linkCompanions } from './link-companions.ts';
import {
  companionFiles,
  companionRequirements,
  headerFiles,
  libraryFiles,
  metadataFile,
  tensorflowRequirement,
} from './wheels.ts';

export interface FetchedTensorflow {
  /** The two libraries to link against. */
  libraries: string[];
  /** The folder of the C headers. */
  include: string;
  /** The file names of the wheels, which hold their versions. */
  wheels: string[];
}

/**
 * Fills `folders.installation` with what is needed at run time and `folders.work` with what is needed to compile.
 * @throws DcganError `engine.download-failed`, `engine.unpack-failed`, `engine.disk-full`
 */
export async function fetchTensorflow(
  tools: Toolchain,
  variant: Variant,
  folders: { installation: string; work: string },
  onProgress: OnProgress,
): Promise<FetchedTensorflow> {
  const { installation, work } = folders;
  const fetch = (requirement: string, keep: { pattern: RegExp; folder: string }[]) =>
    fetchWheel(tools, requirement, keep, work, onProgress);
  const wheels = [
    await fetch(tensorflowRequirement(variant), [
      { pattern: libraryFiles, folder: installation },
      { pattern: headerFiles, folder: work },
      { pattern: metadataFile, folder: work },
    ]),
  ];
  if (variant === 'cuda') {
    for (const companion of await companionRequirements(work)) {
      wheels.push(await fetch(companion, [{ pattern: companionFiles, folder: installation }]));
    }
    await linkCompanions(installation);
  }
  const libraryFolder = join(installation, 'tensorflow');
  const names = (await readdir(libraryFolder)).filter((name) => name.startsWith('libtensorflow'));
  const libraries = names.map((name) => join(libraryFolder, name));
  return { libraries, include: join(work, 'tensorflow/include'), wheels };
}
