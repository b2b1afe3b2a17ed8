// Where things that can be made again are kept: one folder per user, outside every project. DCGAN_CACHE names another.
import { join } from 'node:path';
import envPaths from 'env-paths';

export function cachePath(...parts: string[]): string {
  return join(process.env['DCGAN_CACHE'] ?? envPaths('dcgan', { suffix: '' }).cache, ...parts);
}
