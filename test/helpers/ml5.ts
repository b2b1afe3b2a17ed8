// The real ml5: the last version with DCGAN, fetched with npm. As a dependency it would bring along tens of packages that nothing here needs.
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

/** The script, or why there is none, for node:test's `skip`. */
export async function fetchMl5(): Promise<{ script: Uint8Array } | { missing: string }> {
  process.env['npm_config_fetch_retries'] ??= '0'; // without a network, say so at once
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
