// Runs `dcgan` from source as a child process.
import { spawn } from 'node:child_process';
import { fileURLToPath } from 'node:url';

const main = fileURLToPath(new URL('../../src/main.ts', import.meta.url));

export interface CliRun {
  exitCode: number | null;
  /** The signal that ended the process, if any. */
  endedBy?: NodeJS.Signals | null;
  stdout: string;
  stderr: string;
  /** Milliseconds from the signal to the exit. */
  stoppedInMs?: number;
}

interface CliOptions {
  cwd: string;
  env?: Record<string, string>;
  /** Sends `signal` once when stderr first matches. */
  interruptAt?: RegExp;
  /** Sends `signal` once this returns true for the process id. */
  interruptWhen?: (pid: number) => boolean;
  /** Delay of the signal in milliseconds. @default 0 */
  delayMs?: number;
  /** @default SIGINT */
  signal?: NodeJS.Signals;
}

/** Runs `dcgan` with these arguments in `cwd` until it exits. stdout and stderr are pipes. */
export function runCli(
  args: readonly string[],
  { cwd, env = {}, interruptAt, interruptWhen, delayMs = 0, signal = 'SIGINT' }: CliOptions,
): Promise<CliRun> {
  const nodeArguments = ['--import', import.meta.resolve('tsx'), main, ...args];
  const child = spawn(process.execPath, nodeArguments, { cwd, env: { ...process.env, ...env } });
  const run: CliRun = { exitCode: null, stdout: '', stderr: '' };
  let interruptedAt: number | undefined;
  child.stdout.setEncoding('utf8').on('data', (text: string) => {
    run.stdout += text;
  });
  function interrupt(): void {
    if (interruptedAt !== undefined) return;
    interruptedAt = performance.now() + delayMs;
    setTimeout(() => child.kill(signal), delayMs);
  }
  child.stderr.setEncoding('utf8').on('data', (text: string) => {
    run.stderr += text;
    if (interruptAt?.test(run.stderr)) interrupt();
  });
  const watch = interruptWhen && setInterval(() => interruptWhen(child.pid!) && interrupt(), 5);
  return new Promise((resolve, reject) => {
    child.on('error', reject);
    child.on('close', (exitCode, endedBy) => {
      clearInterval(watch);
      const stopped = interruptedAt === undefined ? {} : { stoppedInMs: performance.now() - interruptedAt };
      resolve({ ...run, exitCode, endedBy, ...stopped });
    });
  });
}
