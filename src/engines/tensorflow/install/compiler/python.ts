// Python 3 with pip: what fetches TensorFlow, and takes the files out of its wheels.
import type { Missing } from '../failure.ts';
import { runProcess } from './process.ts';

export interface Python {
  command: string;
}

const pipPackages = 'apt install python3-pip (Debian, Ubuntu) or dnf install python3-pip (Fedora)';

/** @returns the first of python3 and python that is a Python 3 with pip, or what is missing */
export async function findPython(): Promise<Python | Missing> {
  let withoutPip: Missing | undefined;
  for (const command of ['python3', 'python']) {
    const { exitCode, stdout } = await runProcess(command, ['--version']);
    if (exitCode !== 0 || !stdout.startsWith('Python 3.')) continue;
    const pip = await runProcess(command, ['-m', 'pip', '--version']);
    if (pip.exitCode === 0) return { command };
    const missing = `pip is missing: ${command} (${stdout.trim()}) does not have it. It comes with: ${pipPackages}, elsewhere ${command} -m ensurepip.`;
    withoutPip ??= { code: 'engine.no-pip', missing };
  }
  const missing = `Python 3 is missing. It comes with pip by: ${pipPackages}, brew install python (macOS).`;
  return withoutPip ?? { code: 'engine.no-python', missing };
}
