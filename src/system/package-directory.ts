// The installed package: its folder, which holds the shipped configs and checkpoints, its version and those it was built with.
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

export const packageDirectory = fileURLToPath(new URL('../..', import.meta.url));

/** True in a clone, which runs TypeScript from src/; an installed package runs dist/, with most dependencies bundled. */
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

/** The exact version of a bundled or optional package. @throws Error if package.json does not pin it */
export function pinnedVersion(name: string): string {
  const version = readManifest().devDependencies[name];
  if (version === undefined) throw new Error(`package.json does not pin ${name}.`);
  return version;
}
