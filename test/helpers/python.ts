// The Python for test scripts: TEST_PYTHON, else test/.venv, else python3.
import { spawnSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

const local = fileURLToPath(new URL('../.venv/bin/python', import.meta.url));
export const python = process.env['TEST_PYTHON'] ?? (existsSync(local) ? local : 'python3');

/** For node:test's `skip`: false if Python has these packages, otherwise the reason. */
export function missingPackages(...packages: string[]): string | false {
  const { status } = spawnSync(python, ['-c', `import ${packages.join(', ')}`]);
  return status === 0 ? false : `${python} has no ${packages.join(' and ')}; see CONTRIBUTING.md`;
}
