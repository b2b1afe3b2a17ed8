// Compiles the workers to JavaScript, as the package is published, so that tsx does not count towards their memory.
import { execFileSync } from 'node:child_process';
import { existsSync, symlinkSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { packageDirectory } from '../src/system/package-directory.ts';

const folder = fileURLToPath(new URL('.build', import.meta.url));

/** @returns the folder of the compiled workers; `data` is linked beside it, where the program looks for the package's pictures */
export function buildWorkers(): string {
  const compiler = join(packageDirectory, 'node_modules/typescript/bin/tsc');
  execFileSync(process.execPath, [compiler, '-p', join(packageDirectory, 'bench/tsconfig.json')], { stdio: 'inherit' });
  const data = join(folder, 'data');
  if (!existsSync(data)) symlinkSync(join(packageDirectory, 'data'), data, 'junction');
  return join(folder, 'bench/workers');
}
