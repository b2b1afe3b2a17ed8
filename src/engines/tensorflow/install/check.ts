// Tests an installation in a separate process, since a broken library may crash it.
import { fileURLToPath } from 'node:url';
import { runsFromSource } from '../../../system/package-directory.ts';
import type { CheckReport } from './check-child.ts';
import type { Installation } from './location.ts';
import { lastLines, runProcess } from './processes.ts';
import { installFailure } from './reporting.ts';

// By hand, for x = [[1 2 3] [4 5 6] [7 8 9]], w = [[1 2] [3 4]], dy = [[1 -1] [0.5 2]].
const expected = {
  convolution: [37, 47, 67, 77], // y[i,j] = sum_ab x[i+a, j+b] w[a,b]
  filterGradient: [11, 13.5, 18.5, 21], // dw[a,b] = sum_ij x[i+a, j+b] dy[i,j]
  inputGradient: [1, 1, -2, 3.5, 4, 0, 1.5, 8, 8], // dx[i,j] = sum_ab dy[i-a, j-b] w[a,b]
};

/**
 * Loads an installation in a new process and compares a convolution and its two gradients with known numbers.
 * @param environment of that process, e.g. TF_CPP_MIN_LOG_LEVEL=0 to log why a GPU is not used
 * @returns whether it uses a GPU, and its stderr
 * @throws DcganError `engine.check-failed`
 */
export async function checkInstallation(
  installation: Installation,
  environment: Record<string, string> = {},
): Promise<{ usesGpu: boolean; log: string }> {
  const { directory, variant } = installation;
  const program = fileURLToPath(new URL(runsFromSource ? './check-child.ts' : './check-child.js', import.meta.url));
  const loader = runsFromSource ? ['--import', import.meta.resolve('tsx')] : [];
  const finished = await runProcess(process.execPath, [...loader, program, directory, variant], { environment });
  if (finished.exitCode !== 0) throw checkFailure(directory, `does not load:\n${crashMessage(finished.stderr)}`);

  const report = JSON.parse(finished.stdout) as CheckReport;
  for (const name of ['convolution', 'filterGradient', 'inputGradient'] as const) {
    const close = expected[name].every((value, index) => Math.abs(value - report[name][index]!) < 1e-3);
    if (!close) throw checkFailure(directory, `gives ${report[name]} for a ${name} that is ${expected[name]}.`);
  }
  return { usesGpu: report.usesGpu, log: finished.stderr };
}

/** TensorFlow's fatal message or the JavaScript error without its stack, and the signal. */
function crashMessage(stderr: string): string {
  const lines = stderr.split('\n').filter((line) => /^(F\d{4} |\w*Error: |\(ended by)/.test(line));
  return lines.join('\n') || lastLines(stderr, 4);
}

function checkFailure(directory: string, what: string): Error {
  return installFailure(
    'engine.check-failed',
    `TensorFlow in ${directory} ${what}`,
    'Its library needs a CPU with AVX (on x86) and a Node.js for the same processor.',
    { data: { directory } },
  );
}
