// Runs `dcgan train` as a process and captures its output and exit.
import { type ChildProcess, spawn } from 'node:child_process';
import { fileURLToPath } from 'node:url';

const main = fileURLToPath(new URL('../../src/main.ts', import.meta.url));

/** The folders of a run. */
export interface Workspace {
  /** Holds pictures, config and results; a small file system of its own if one can be mounted. */
  root: string;
  cache: string;
  engine: string;
  /** The native engine to link into the cache; undefined for none. */
  installed: string | undefined;
  isMounted: boolean;
}

export interface Ending {
  exitCode: number | null;
  signal: NodeJS.Signals | null;
  stdout: string;
  stderr: string;
}

export interface Session {
  process: ChildProcess;
  /** Resolves when training has begun or the process has ended. */
  begun: Promise<void>;
  ended: Promise<Ending>;
}

/** Short, so that a takeover fits into the script. */
const leaseSeconds = '2';

/** @param options `inside`: a command that runs this one, e.g. unshare or faketime */
export function startSession(
  { root, cache, engine }: Workspace,
  { inside = [], environment = {} }: { inside?: readonly string[]; environment?: Record<string, string> } = {},
): Session {
  const dcgan = [process.execPath, '--import', import.meta.resolve('tsx'), main];
  const train = ['train', '--config', 'tiny.json', '--engine', engine];
  const [command, ...args] = [...inside, ...dcgan, ...train];
  const env = { ...process.env, DCGAN_CACHE: cache, DCGAN_LEASE_SECONDS: leaseSeconds, ...environment };
  const child = spawn(command!, args, { cwd: root, env, stdio: ['ignore', 'pipe', 'pipe'] });
  const output = { stdout: '', stderr: '' };
  child.stdout.setEncoding('utf8').on('data', (text: string) => {
    output.stdout += text;
  });
  const ended = new Promise<Ending>((resolve, reject) => {
    child.on('error', reject);
    child.on('close', (exitCode, signal) => resolve({ exitCode, signal, ...output }));
  });
  const begun = new Promise<void>((resolve) => {
    child.stderr.setEncoding('utf8').on('data', (text: string) => {
      output.stderr += text;
      if (/^(Run|Training) /m.test(output.stderr)) resolve();
    });
    ended.then(
      () => resolve(),
      () => resolve(),
    );
  });
  return { process: child, begun, ended };
}
