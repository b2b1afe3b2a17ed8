// Downloads the last ml5 version with DCGAN by npm. As a dependency it would add tens of unneeded packages.
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { withNpmPackage } from '../../src/data/prepare/npm-package.ts';
import { DcganError } from '../../src/errors.ts';

const source = {
  name: 'ml5',
  version: '0.12.2',
  integrity: 'sha512-ILp13zoi2mREYJhqSgOW0Aw3wYnnzYlpbDtPjF4N9pCx1WgNeceBQTHeXjwgOUQqld6zD9czLB2gLJMAfGRbow==',
};
const file = 'dist/ml5.min.js';

/** The script, or for node:test's `skip` the reason why there is none. */
export async function fetchMl5(): Promise<{ script: Uint8Array } | { missing: string }> {
  process.env['npm_config_fetch_retries'] ??= '0'; // fail at once without a network
  try {
    const script = await withNpmPackage(
      source,
      (path) => path === file,
      (folder) => readFile(join(folder, file)),
      () => {},
    );
    return { script };
  } catch (error) {
    if (error instanceof DcganError && error.code !== 'data.integrity')
      return { missing: `npm cannot fetch ml5@${source.version} here` };
    throw error;
  }
}
