// Everything an installation needs on this machine, or what of it is missing.
import { type Compiler, findCompiler } from './compiler.ts';
import type { Missing } from './failure.ts';
import { bindingPackage } from './packages.ts';
import { findPython, type Python } from './python.ts';
import { wheelPlatforms } from './wheels.ts';

export interface Toolchain {
  python: Python;
  /** Undefined where there is none: then one is fetched with pip. */
  compiler: Compiler | undefined;
  /** The folder of tfjs-node-gpu, whose binding is compiled. */
  bindingSource: string;
  /** This platform in pip's words. */
  platforms: readonly string[];
}

/** @returns the tools, or everything that is missing at once */
export async function findToolchain(): Promise<Toolchain | { missing: Missing[] }> {
  const [python, compiler] = await Promise.all([findPython(), findCompiler()]);
  const platforms = wheelPlatforms();
  const binding = bindingPackage() ?? withoutBinding;
  const missing: Missing[] = [platforms, binding, python].filter((tool) => 'missing' in tool);
  if ('missing' in python && !compiler) missing.push(withoutCompiler);
  if ('missing' in platforms || 'missing' in binding || 'missing' in python) return { missing };
  return { python, compiler, bindingSource: binding.directory, platforms: platforms.tags };
}

const withoutBinding: Missing = {
  code: 'engine.no-binding-source',
  missing:
    'The npm package @tensorflow/tfjs-node-gpu is missing; it is optional, and npm left it out. It comes with: npm ci --include=optional.',
};

// Where there is Python, a compiler can be fetched as a wheel.
const withoutCompiler: Missing = {
  code: 'engine.no-compiler',
  missing:
    'A C++17 compiler is missing (looked for $CXX, g++, c++, clang++). It comes with: apt install g++ (Debian, Ubuntu), dnf install gcc-c++ (Fedora), xcode-select --install (macOS).',
};
