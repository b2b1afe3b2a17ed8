// Where things that can be made again are kept: one folder per user, outside every project. DCGAN_CACHE names another.
import { join } from 'node:path';
import envPaths from 'env-paths';

export function cachePath(...parts: string[]): string {
  const named = process.env['DCGAN_CACHE']?.trim(); // empty is unset, never the current folder
  return join(named || envPaths('dcgan', { suffix: '' }).cache, ...parts);
}
