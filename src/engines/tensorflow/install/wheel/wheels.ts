// Which wheels TensorFlow comes in on this machine, and which of their files are needed.
import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Missing } from '../failure.ts';
import { tensorflowVersion, type Variant } from '../location.ts';

/** Files to compile against; removed afterwards. */
export const headerFiles =
  /tensorflow\/include\/(tensorflow\/c|tensorflow\/core\/platform|tsl\/platform|xla\/tsl\/c)\/.*\.h/;
/** The library itself, in two parts. */
export const libraryFiles = /tensorflow\/libtensorflow_(cc|framework)\.(so\.2|2\.dylib)/;
export const metadataFile = /[^/]+\.dist-info\/METADATA/;
/** NVIDIA's libraries without those nothing asks for (600 MB in all), and what XLA compiles kernels with. */
export const companionFiles =
  /nvidia\/[^/]+\/lib\/(?!libcusolverMg|libnvblas|libcufftw|libnvperf|.*\.alt\.).*\.so[.0-9]*|nvidia\/cuda_nvcc\/(bin\/ptxas|nvvm\/libdevice\/.*)/;

const platformTags: Readonly<Record<string, readonly string[]>> = {
  'linux-x64': manylinux('x86_64'),
  'linux-arm64': manylinux('aarch64'),
  'darwin-arm64': ['macosx_12_0_arm64'],
};

/** Everything that runs with glibc 2.27; NVIDIA's wheels have older tags. TensorFlow's own comes last: before 21.1 pip takes only that. */
function manylinux(processor: string): string[] {
  const minors = Array.from({ length: 11 }, (_, index) => 17 + index); // 17 ... 27
  return [`manylinux2014_${processor}`, ...minors.map((minor) => `manylinux_2_${minor}_${processor}`)];
}

/** pip's names of this platform, or why TensorFlow cannot be installed on it. */
export function wheelPlatforms(): { tags: readonly string[] } | Missing {
  const tags = platformTags[`${process.platform}-${process.arch}`];
  const hint = process.platform === 'win32' ? ' On Windows it runs inside WSL2.' : '';
  const missing = tags
    ? missingLibc()
    : `TensorFlow ${tensorflowVersion} cannot be used natively on ${process.platform} ${process.arch}.${hint}`;
  return tags && !missing ? { tags } : { code: 'engine.unsupported-platform', missing: missing! };
}

/** Alpine's musl cannot load TensorFlow, nor can a glibc older than the wheel's. */
function missingLibc(): string | undefined {
  if (process.platform !== 'linux') return undefined;
  const { header } = process.report.getReport() as { header: { glibcVersionRuntime?: string } };
  const [major = 0, minor = 0] = (header.glibcVersionRuntime ?? '').split('.').map(Number);
  if (major > 2 || (major === 2 && minor >= 27)) return undefined;
  const here = header.glibcVersionRuntime ? `glibc ${header.glibcVersionRuntime}` : 'another C library (musl?)';
  return `TensorFlow ${tensorflowVersion} needs glibc 2.27 or newer; this system has ${here}.`;
}

/** The requirement for pip. The small CPU wheel exists for x86 only; elsewhere the normal one computes on the CPU. */
export function tensorflowRequirement(variant: Variant): string {
  const name = variant === 'cpu' && process.arch === 'x64' ? 'tensorflow-cpu' : 'tensorflow';
  return `${name}==${tensorflowVersion}`;
}

/** The requirements of the extra `and-cuda` of the wheel unpacked in `folder`: `nvidia-cublas-cu12<13.0,>=12.5.3.2` and so on. */
export async function companionRequirements(folder: string): Promise<string[]> {
  const information = (await readdir(folder)).find((name) => name.endsWith('.dist-info'));
  const metadata = await readFile(join(folder, information ?? '', 'METADATA'), 'utf8');
  const lines = metadata.matchAll(/^Requires-Dist: ([^;\n]+);\s*extra\s*==\s*["']and-cuda["']\s*$/gm);
  return Array.from(lines, ([, requirement]) => requirement!.trim());
}
