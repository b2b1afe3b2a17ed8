// Where there is no C++ compiler: Zig's, which is clang with everything it needs in one wheel. Used once and thrown away.
import { join } from 'node:path';
import type { OnProgress } from '../progress.ts';
import { fetchWheel } from '../wheel/fetch-wheel.ts';
import type { Compiler } from './compiler.ts';
import type { Toolchain } from './toolchain.ts';

const requirement = 'ziglang==0.14.1';

/** @throws DcganError `engine.download-failed`, `engine.unpack-failed`, `engine.disk-full` */
export async function fetchCompiler(tools: Toolchain, work: string, onProgress: OnProgress): Promise<Compiler> {
  const folder = join(work, 'zig');
  await fetchWheel(tools, requirement, [{ pattern: /.*/, folder }], work, onProgress);
  const cache = join(work, 'zig-cache');
  const environment = { ZIG_GLOBAL_CACHE_DIR: cache, ZIG_LOCAL_CACHE_DIR: cache };
  return { name: 'zig c++', command: join(folder, 'ziglang/zig'), args: ['c++'], environment };
}
