// Finds or downloads a C++17 compiler, and compiles tfjs-node-gpu's binding and our stderr addon with it.
import { join } from 'node:path';
import { bindingName, napiVersion, stderrAddonName } from './location.ts';
import { type FetchedPackages, nativeSourceFile } from './packages.ts';
import { lastLines, runProcess } from './processes.ts';
import { diskFull, installFailure, type OnProgress } from './reporting.ts';
import { fetchWheel, type Pip } from './wheel.ts';

export interface Compiler {
  /** For messages. */
  name: string;
  command: string;
  /** Arguments before all others. */
  args: string[];
  environment: Record<string, string>;
}

const probe = '#include <string_view>\nint main() { if constexpr (std::string_view("17").size() == 2) return 0; }\n';

/** The first of $CXX, g++, c++ and clang++ that supports C++17 and has its headers. */
export async function findCompiler(): Promise<Compiler | undefined> {
  const candidates = [process.env['CXX'], 'g++', 'c++', 'clang++'];
  for (const candidate of candidates) {
    const [command, ...args] = candidate?.trim().split(/\s+/) ?? [];
    if (!command) continue;
    const compiler = { name: command, command, args, environment: {} };
    const { exitCode } = await runProcess(command, [...args, '-std=c++17', '-fsyntax-only', '-x', 'c++', '-'], {
      input: probe,
    });
    if (exitCode === 0) return compiler;
  }
  return undefined;
}

/**
 * Downloads Zig, whose wheel contains clang with all headers and libraries it needs.
 * @throws DcganError `engine.download-failed`, `engine.unpack-failed`, `engine.disk-full`
 */
export async function fetchCompiler(pip: Pip, work: string, onProgress: OnProgress): Promise<Compiler> {
  const folder = join(work, 'zig');
  await fetchWheel(pip, 'ziglang==0.14.1', [{ pattern: /.*/, folder }], work, onProgress);
  const cache = join(work, 'zig-cache');
  const environment = { ZIG_GLOBAL_CACHE_DIR: cache, ZIG_LOCAL_CACHE_DIR: cache };
  return { name: 'zig c++', command: join(folder, 'ziglang/zig'), args: ['c++'], environment };
}

/**
 * Compiles the binding and the addon into the installation's folder.
 * @param libraries TensorFlow's libraries; at run time the binding finds them in `tensorflow/` beside itself
 * @throws DcganError `engine.compile-failed`, `engine.disk-full`
 */
export async function compileBinding(
  compiler: Compiler,
  folders: FetchedPackages & { include: string; installation: string; temporary: string },
  libraries: readonly string[],
): Promise<void> {
  const sources = ['tfjs_backend.cc', 'tfjs_binding.cc'].map((name) => join(folders.bindingSource, 'binding', name));
  const includes = ['-I', folders.include, '-I', folders.bindingSource];
  const output = (name: string) => ['-o', join(folders.installation, name)];
  await compile(compiler, folders, [...includes, ...sources, ...output(bindingName), ...libraries, searchPath]);
  await compile(compiler, folders, [nativeSourceFile('stderr_capture.cc'), ...output(stderrAddonName)]);
}

const onMac = process.platform === 'darwin';
const searchPath = `-Wl,-rpath,${onMac ? '@loader_path' : '$ORIGIN'}/tensorflow`;
const kind = onMac ? ['-bundle', '-undefined', 'dynamic_lookup'] : ['-shared', '-fPIC'];

async function compile(
  compiler: Compiler,
  folders: { nodeHeaders: string; temporary: string; installation: string },
  args: string[],
) {
  const common = ['-std=c++17', '-O2', ...kind, `-DNAPI_VERSION=${napiVersion}`, '-I', folders.nodeHeaders];
  const { exitCode, stderr } = await runProcess(compiler.command, [...compiler.args, ...common, ...args], {
    environment: { TMPDIR: folders.temporary, ...compiler.environment },
  });
  if (exitCode === 0) return;
  const errors = stderr.split('\n').filter((line) => /error|undefined|cannot find/i.test(line));
  const details = errors.slice(0, 4).join('\n') || lastLines(stderr, 4);
  throw (
    diskFull(stderr, folders.installation) ??
    installFailure(
      'engine.compile-failed',
      `${compiler.name} could not compile the binding to TensorFlow:\n${details}`,
      'Name another C++17 compiler with the variable CXX, e.g. CXX=clang++.',
      { data: { compiler: compiler.name } },
    )
  );
}
