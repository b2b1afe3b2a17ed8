// Finds what an installation needs on this machine: a supported platform, Python with pip, and a compiler.
import { type Compiler, findCompiler } from './compiler.ts';
import { tensorflowVersion } from './location.ts';
import { runProcess } from './processes.ts';
import type { Missing } from './reporting.ts';
import type { Pip } from './wheel.ts';

export interface Toolchain extends Pip {
  /** If undefined, one is downloaded with pip. */
  compiler: Compiler | undefined;
}

/** @returns the tools, or everything that is missing */
export async function findToolchain(): Promise<Toolchain | { missing: Missing[] }> {
  const [python, compiler] = await Promise.all([findPython(), findCompiler()]);
  const platforms = wheelPlatforms();
  const missing: Missing[] = [platforms, python].filter((tool) => 'missing' in tool);
  if ('missing' in python && !compiler) missing.push(withoutCompiler);
  if ('missing' in platforms || 'missing' in python) return { missing };
  return { python: python.command, compiler, platforms: platforms.tags };
}

// Only reported without Python, which could download one.
const withoutCompiler: Missing = {
  code: 'engine.no-compiler',
  missing:
    'A C++17 compiler is missing (looked for $CXX, g++, c++, clang++). It comes with: apt install g++ (Debian, Ubuntu), dnf install gcc-c++ (Fedora), xcode-select --install (macOS).',
};

const pipPackages = 'apt install python3-pip (Debian, Ubuntu) or dnf install python3-pip (Fedora)';

/** The first of python3 and python that is a Python 3 with pip. */
async function findPython(): Promise<{ command: string } | Missing> {
  let withoutPip: Missing | undefined;
  for (const command of ['python3', 'python']) {
    const { exitCode, stdout } = await runProcess(command, ['--version']);
    if (exitCode !== 0 || !stdout.startsWith('Python 3.')) continue;
    const pip = await runProcess(command, ['-m', 'pip', '--version']);
    if (pip.exitCode === 0) return { command };
    const missing = `pip is missing: ${command} (${stdout.trim()}) does not have it. It comes with: ${pipPackages}, elsewhere ${command} -m ensurepip.`;
    withoutPip ??= { code: 'engine.no-pip', missing };
  }
  const missing = `Python 3 is missing. It comes with pip by: ${pipPackages}, brew install python (macOS).`;
  return withoutPip ?? { code: 'engine.no-python', missing };
}

const platformTags: Readonly<Record<string, readonly string[]>> = {
  'linux-x64': manylinux('x86_64'),
  'linux-arm64': manylinux('aarch64'),
  'darwin-arm64': ['macosx_12_0_arm64'],
};

/** All tags that run with glibc 2.27, since NVIDIA's wheels have older ones. TensorFlow's is last, the only one pip reads before 21.1. */
function manylinux(processor: string): string[] {
  const minors = Array.from({ length: 11 }, (_, index) => 17 + index); // 17 ... 27
  return [`manylinux2014_${processor}`, ...minors.map((minor) => `manylinux_2_${minor}_${processor}`)];
}

/** pip's tags of this platform, or why TensorFlow cannot be installed on it. */
function wheelPlatforms(): { tags: readonly string[] } | Missing {
  const tags = platformTags[`${process.platform}-${process.arch}`];
  const hint = process.platform === 'win32' ? ' On Windows it runs inside WSL2.' : '';
  const missing = tags
    ? missingLibc()
    : `TensorFlow ${tensorflowVersion} cannot be used natively on ${process.platform} ${process.arch}.${hint}`;
  return tags && !missing ? { tags } : { code: 'engine.unsupported-platform', missing: missing! };
}

/** TensorFlow does not load with Alpine's musl or with a glibc older than the wheel's. */
function missingLibc(): string | undefined {
  if (process.platform !== 'linux') return undefined;
  const { header } = process.report.getReport() as { header: { glibcVersionRuntime?: string } };
  const [major = 0, minor = 0] = (header.glibcVersionRuntime ?? '').split('.').map(Number);
  if (major > 2 || (major === 2 && minor >= 27)) return undefined;
  const here = header.glibcVersionRuntime ? `glibc ${header.glibcVersionRuntime}` : 'another C library (musl?)';
  return `TensorFlow ${tensorflowVersion} needs glibc 2.27 or newer; this system has ${here}.`;
}
