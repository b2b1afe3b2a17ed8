// The package itself: where it lies (its own configs and checkpoints are found there), and what it was built with.
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

export const packageDirectory = fileURLToPath(new URL('../..', import.meta.url));

/** In a clone, TypeScript runs from src/ with the packages of node_modules; an installed package has dist/, with most of them bundled. */
export const runsFromSource = import.meta.url.endsWith('.ts');

interface PackageManifest {
  version: string;
  devDependencies: Readonly<Record<string, string>>;
}

function readManifest(): PackageManifest {
  return JSON.parse(readFileSync(join(packageDirectory, 'package.json'), 'utf8')) as PackageManifest;
}

export function packageVersion(): string {
  return readManifest().version;
}

/** The exact version of a package that is bundled, or optional. @throws Error where package.json does not pin it */
export function pinnedVersion(name: string): string {
  const version = readManifest().devDependencies[name];
  if (version === undefined) throw new Error(`package.json does not pin ${name}.`);
  return version;
}
