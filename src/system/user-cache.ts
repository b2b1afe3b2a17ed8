// The user's cache folder, for files that can be made again. The environment variable DCGAN_CACHE overrides it.
import { join } from 'node:path';
import envPaths from 'env-paths';

export function cachePath(...parts: string[]): string {
  const named = process.env['DCGAN_CACHE']?.trim(); // an empty value counts as unset, not as the current folder
  return join(named || envPaths('dcgan', { suffix: '' }).cache, ...parts);
}
