// Fetches the needed files of TensorFlow's wheel, and for CUDA those of NVIDIA's wheels.
import { readdir, readFile, symlink } from 'node:fs/promises';
import { join } from 'node:path';
import { tensorflowVersion, type Variant } from './location.ts';
import type { OnProgress } from './reporting.ts';
import { fetchWheel, type Pip } from './wheel.ts';

/** Needed to compile only. */
export const headerFiles =
  /tensorflow\/include\/(tensorflow\/c|tensorflow\/core\/platform|tsl\/platform|xla\/tsl\/c)\/.*\.h/;
/** The library itself, in two parts. */
export const libraryFiles = /tensorflow\/libtensorflow_(cc|framework)\.(so\.2|2\.dylib)/;
const metadataFile = /[^/]+\.dist-info\/METADATA/;
/** NVIDIA's libraries, without unused ones (600 MB in all), and what XLA needs to compile kernels. */
export const companionFiles =
  /nvidia\/[^/]+\/lib\/(?!libcusolverMg|libnvblas|libcufftw|libnvperf|.*\.alt\.).*\.so[.0-9]*|nvidia\/cuda_nvcc\/(bin\/ptxas|nvvm\/libdevice\/.*)/;

export interface FetchedTensorflow {
  /** The two libraries to link against. */
  libraries: string[];
  /** The folder of the C headers. */
  include: string;
  /** File names of the wheels, which contain their versions. */
  wheels: string[];
}

/**
 * Puts the files needed at run time into `folders.installation`, and those needed to compile into `folders.work`.
 * @throws DcganError `engine.download-failed`, `engine.unpack-failed`, `engine.disk-full`
 */
export async function fetchTensorflow(
  pip: Pip,
  variant: Variant,
  { installation, work }: { installation: string; work: string },
  onProgress: OnProgress,
): Promise<FetchedTensorflow> {
  const fetch = (requirement: string, keep: { pattern: RegExp; folder: string }[]) =>
    fetchWheel(pip, requirement, keep, work, onProgress);
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

/** pip's requirement. The small CPU wheel exists for x86 only; elsewhere the standard wheel is for the CPU. */
function tensorflowRequirement(variant: Variant): string {
  const name = variant === 'cpu' && process.arch === 'x64' ? 'tensorflow-cpu' : 'tensorflow';
  return `${name}==${tensorflowVersion}`;
}

/** The requirements of the extra `and-cuda` of the wheel unpacked in `folder`, as `nvidia-cublas-cu12<13.0,>=12.5.3.2`. */
export async function companionRequirements(folder: string): Promise<string[]> {
  const information = (await readdir(folder)).find((name) => name.endsWith('.dist-info'));
  const metadata = await readFile(join(folder, information ?? '', 'METADATA'), 'utf8');
  const lines = metadata.matchAll(/^Requires-Dist: ([^;\n]+);\s*extra\s*==\s*["']and-cuda["']\s*$/gm);
  return Array.from(lines, ([, requirement]) => requirement!.trim());
}

/**
 * Links NVIDIA's libraries into one folder. libtensorflow_framework 2.21 searches the folders of some of their packages, but not
 * cusolver's, so without links it would not use the GPU. The libraries find each other there, too.
 */
export async function linkCompanions(installation: string): Promise<void> {
  const nvidia = join(installation, 'nvidia');
  const target = join(nvidia, 'cuda_runtime/lib'); // one of the folders that are searched
  const present = new Set(await readdir(target));
  for (const name of await readdir(nvidia)) {
    for (const library of await readdir(join(nvidia, name, 'lib')).catch(() => [])) {
      if (present.has(library)) continue;
      present.add(library);
      await symlink(join('../..', name, 'lib', library), join(target, library));
    }
  }
}
