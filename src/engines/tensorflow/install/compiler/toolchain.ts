// Everything an installation needs on this machine, or what of it is missing.

import type { Missing } from '../failure.ts';
import { wheelPlatforms } from '../wheel/wheels.ts';
import { type Compiler, findCompiler } from './compiler.ts';
import { findPython, type Python } from './python.ts';

export interface Toolchain {
  python: Python;
  /** Undefined where there is none: then one is fetched with pip. */
  compiler: Compiler | undefined;
  /** This platform in pip's words. */
  platforms: readonly string[];
}

/** @returns the tools, or everything that is missing at once */
export async function findToolchain(): Promise<Toolchain | { missing: Missing[] }> {
  const [python, compiler] = await Promise.all([findPython(), findCompiler()]);
  const platforms = wheelPlatforms();
  const missing: Missing[] = [platforms, python].filter((tool) => 'missing' in tool);
  if ('missing' in python && !compiler) missing.push(withoutCompiler);
  if ('missing' in platforms || 'missing' in python) return { missing };
  return { python, compiler, platforms: platforms.tags };
}

// Where there is Python, a compiler can be fetched as a wheel.
const withoutCompiler: Missing = {
  code: 'engine.no-compiler',
  missing:
    'A C++17 compiler is missing (looked for $CXX, g++, c++, clang++). It comes with: apt install g++ (Debian, Ubuntu), dnf install gcc-c++ (Fedora), xcode-select --install (macOS).',
};
