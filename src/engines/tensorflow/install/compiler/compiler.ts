// A C++17 compiler, and what it makes: tfjs-node-gpu's binding against TensorFlow's library, and our small addon.
import { join } from 'node:path';
import { diskFull, installFailure } from '../failure.ts';
import { bindingName, napiVersion, stderrAddonName } from '../location.ts';
import { type FetchedPackages, nativeSourceFile } from './packages.ts';
import { lastLines, runProcess } from './process.ts';

export interface Compiler {
  /** For people. */
  name: string;
  command: string;
  /** Arguments that come before all others. */
  args: string[];
  environment: Record<string, string>;
}

const probe = '#include <string_view>\nint main() { if constexpr (std::string_view("17").size() == 2) return 0; }\n';

/** The first of $CXX, g++, c++ and clang++ that understands C++17 and has its headers. */
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
 * Compiles the binding and the addon into the installation's folder.
 * @param libraries TensorFlow's libraries; the binding finds them again in `tensorflow/` beside itself, wherever that is
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
  const words = errors.slice(0, 4).join('\n') || lastLines(stderr, 4);
  throw (
    diskFull(stderr, folders.installation) ??
    installFailure(
      'engine.compile-failed',
      `${compiler.name} could not compile the binding to TensorFlow:\n${words}`,
      'Name another C++17 compiler with the variable CXX, e.g. CXX=clang++.',
      { data: { compiler: compiler.name } },
    )
  );
}
