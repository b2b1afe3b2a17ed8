// One rule for paths: what is typed on the command line is relative to the current folder, what stands in a config to --root.
import { existsSync } from 'node:fs';
import { isAbsolute, relative, resolve } from 'node:path';
import { packageDirectory } from '../system/package-directory.ts';

/** A typed path as a config states it: relative to `root` if it is inside, so that a run finds it when both are moved; else absolute. */
export function typedPath(typed: string, root: string): string {
  const here = resolve(typed);
  const fromRoot = relative(resolve(root), here) || '.';
  return isAbsolute(fromRoot) || fromRoot.split(/[\\/]/)[0] === '..' ? here : fromRoot;
}

/** The same of a data folder; one that comes with the package is found from anywhere. */
export function typedDataFolder(typed: string, root: string): string {
  const isShipped = !existsSync(resolve(typed)) && existsSync(resolve(packageDirectory, typed));
  return isShipped ? typed : typedPath(typed, root);
}
