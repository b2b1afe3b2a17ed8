// Runs other programs for the installer: output collected, and ended with all they started when this process is interrupted.
import { type ChildProcess, spawn } from 'node:child_process';

export interface Finished {
  /** Undefined where the program does not exist or could not be started. */
  exitCode: number | undefined;
  stdout: string;
  stderr: string;
}

const running = new Set<ChildProcess>();

/** Never throws: what went wrong with the program itself stands in `stderr`. */
export function runProcess(
  command: string,
  args: readonly string[],
  options: { environment?: Record<string, string>; input?: string; onOutput?: (text: string) => void } = {},
): Promise<Finished> {
  return new Promise((resolve) => {
    const finished: Finished = { exitCode: undefined, stdout: '', stderr: '' };
    // Detached: it leads a process group of its own, by which its children can be reached.
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

/** Ends whatever still runs. */
export function endProcesses(): void {
  for (const { pid } of running) {
    try {
      if (pid !== undefined) process.kill(-pid, 'SIGKILL');
    } catch {
      // ended by itself meanwhile
    }
  }
}

/** The last lines of a program's output, for a message. */
export function lastLines(output: string, count: number): string {
  const lines = output.split('\n').filter((line) => line.trim() !== '');
  return lines.slice(-count).join('\n');
}
