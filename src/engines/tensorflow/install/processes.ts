// Runs other programs for the installer: collects their output, and ends them and all they started on Ctrl-C.
import { type ChildProcess, spawn } from 'node:child_process';
import { rmSync } from 'node:fs';

export interface Finished {
  /** Undefined if the program does not exist or could not be started. */
  exitCode: number | undefined;
  stdout: string;
  stderr: string;
}

const running = new Set<ChildProcess>();

/** Never rejects: `stderr` says why a program could not be started or which signal ended it. */
export function runProcess(
  command: string,
  args: readonly string[],
  options: { environment?: Record<string, string>; input?: string; onOutput?: (text: string) => void } = {},
): Promise<Finished> {
  return new Promise((resolve) => {
    const finished: Finished = { exitCode: undefined, stdout: '', stderr: '' };
    // Detached, it leads its own process group, through which its children can be killed.
    const child = spawn(command, args, { env: { ...process.env, ...options.environment }, detached: true });
    running.add(child);
    for (const stream of ['stdout', 'stderr'] as const) {
      child[stream].setEncoding('utf8').on('data', (text: string) => {
        finished[stream] += text;
        options.onOutput?.(text);
      });
    }
    child.stdin.on('error', () => undefined); // a program need not read its input
    child.stdin.end(options.input ?? '');
    child.on('error', (error) => {
      finished.stderr += error.message;
    });
    child.on('close', (code, signal) => {
      running.delete(child);
      if (signal) finished.stderr += `\n(ended by ${signal})`;
      resolve({ ...finished, exitCode: child.pid === undefined ? undefined : (code ?? 128) });
    });
  });
}

function killProcesses(): void {
  for (const { pid } of running) {
    try {
      if (pid !== undefined) process.kill(-pid, 'SIGKILL');
    } catch {
      // it has just ended
    }
  }
}

/** The last lines of a program's output, for a message. */
export function lastLines(output: string, count: number): string {
  const lines = output.split('\n').filter((line) => line.trim() !== '');
  return lines.slice(-count).join('\n');
}

const signals = ['SIGINT', 'SIGTERM', 'SIGHUP'] as const;

/** Runs `action`. On a signal, kills its child processes and removes `paths` before the signal ends this process. */
export async function withCleanupOnSignals<T>(paths: readonly string[], action: () => Promise<T>): Promise<T> {
  const onSignal = (signal: NodeJS.Signals) => {
    killProcesses();
    try {
      for (const path of paths) rmSync(path, { recursive: true, force: true, maxRetries: 5 });
    } finally {
      stopListening();
      process.kill(process.pid, signal);
    }
  };
  const stopListening = () => {
    for (const signal of signals) process.off(signal, onSignal);
  };
  for (const signal of signals) process.on(signal, onSignal);
  return await action().finally(stopListening);
}
