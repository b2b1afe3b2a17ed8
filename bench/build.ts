// The workers in JavaScript, as the program is published: the compiler that runs TypeScript would count as their memory.
import { execFileSync } from 'node:child_process';
import { existsSync, symlinkSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { packageDirectory } from '../src/system/package-directory.ts';

const folder = fileURLToPath(new URL('.build', import.meta.url));

/** Gives the folder of the built workers. The program in it finds its pictures where it would find them in the package. */
export function buildWorkers(): string {
  const compiler = join(packageDirectory, 'node_modules/typescript/bin/tsc');
  execFileSync(process.execPath, [compiler, '-p', join(packageDirectory, 'bench/tsconfig.json')], { stdio: 'inherit' });
  const data = join(folder, 'data');
  if (!existsSync(data)) symlinkSync(join(packageDirectory, 'data'), data, 'junction');
  return join(folder, 'bench/workers');
}
