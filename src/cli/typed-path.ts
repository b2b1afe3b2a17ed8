// Paths on the command line are relative to the current folder, paths in a config to --root: converts between the two.
import { existsSync } from 'node:fs';
import { isAbsolute, relative, resolve } from 'node:path';
import { packageDirectory } from '../system/package-directory.ts';

/** A command-line path as it would be in a config: relative to `root` if inside, so that the folder can be moved; otherwise absolute. */
export function typedPath(typed: string, root: string): string {
  const here = resolve(typed);
  const fromRoot = relative(resolve(root), here) || '.';
  return isAbsolute(fromRoot) || fromRoot.split(/[\\/]/)[0] === '..' ? here : fromRoot;
}

/** The same for a data folder; those bundled with the package are found from anywhere. */
export function typedDataFolder(typed: string, root: string): string {
  const isBundled = !existsSync(resolve(typed)) && existsSync(resolve(packageDirectory, typed));
  return isBundled ? typed : typedPath(typed, root);
}
