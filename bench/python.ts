// Finds the Python that runs the peers and checks its packages.
import { execFileSync } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { messageOf } from '../src/errors.ts';
import { BenchError } from './bench-error.ts';

const pathOf = (file: string) => fileURLToPath(new URL(file, import.meta.url));

/** BENCH_PYTHON, else bench/.venv, else test/.venv, else python3. */
export function findPython(): string {
  const local = ['.venv/bin/python', '../test/.venv/bin/python'].map(pathOf).find((path) => existsSync(path));
  return process.env['BENCH_PYTHON'] ?? local ?? 'python3';
}

/** Why this Python cannot run the peers; undefined if it can. */
export function whyUnfit(python: string): string | undefined {
  const names = [...readFileSync(pathOf('requirements.txt'), 'utf8').matchAll(/^([\w-]+)==/gm)].map(
    ([, name]) => name!,
  );
  const script = [
    'import importlib.util, sys',
    "modules = {'tensorflow-cpu': 'tensorflow'}",
    'print(*[name for name in sys.argv[1:] if not importlib.util.find_spec(modules.get(name, name))])',
  ].join('\n');
  try {
    const missing = execFileSync(python, ['-c', script, ...names], { encoding: 'utf8' }).trim();
    return missing === '' ? undefined : `${python} has no ${missing.replaceAll(' ', ', no ')}`;
  } catch (error) {
    return `${python} does not run: ${messageOf(error).split('\n')[0]}`;
  }
}

/** @throws BenchError */
export function requirePython(): string {
  const python = findPython();
  const reason = whyUnfit(python);
  if (reason === undefined) return python;
  throw new BenchError({
    happened: `The peers cannot run: ${reason}.`,
    expected:
      'A Python with the packages of bench/requirements.txt, in bench/.venv, in test/.venv or named by BENCH_PYTHON.',
    fix: 'python3 -m venv bench/.venv && bench/.venv/bin/pip install -r bench/requirements.txt',
  });
}
