// The Python that tests run scripts with: TEST_PYTHON, or python3.
import { spawnSync } from 'node:child_process';

export const python = process.env['TEST_PYTHON'] ?? 'python3';

/** For node:test's `skip`: false where Python has these packages, else why the test does not run. */
export function missingPackages(...packages: string[]): string | false {
  const { status } = spawnSync(python, ['-c', `import ${packages.join(', ')}`]);
  return status === 0 ? false : `${python} has no ${packages.join(' and ')}; TEST_PYTHON names another one`;
}
