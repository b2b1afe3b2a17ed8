// The two npm packages an installation is compiled from, and this package's own folder.
import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

interface Package {
  directory: string;
  version: string;
}

/** tfjs-node-gpu, or undefined where npm left this optional dependency out. */
export function bindingPackage(): Package | undefined {
  return findPackage('@tensorflow/tfjs-node-gpu');
}

/** The folder of the headers of Node's native interface. */
export function nodeHeadersFolder(): string {
  return join(findPackage('node-api-headers')!.directory, 'include');
}

/** Our own C++ source. It is not compiled to dist/, so it is found from the package's root. */
export function nativeSourceFile(name: string): string {
  return fileURLToPath(new URL(`../../../../src/engines/tensorflow/install/native/${name}`, import.meta.url));
}

function findPackage(name: string): Package | undefined {
  try {
    const file = createRequire(import.meta.url).resolve(`${name}/package.json`);
    const { version } = JSON.parse(readFileSync(file, 'utf8')) as { version: string };
    return { directory: dirname(file), version };
  } catch {
    return undefined;
  }
}
