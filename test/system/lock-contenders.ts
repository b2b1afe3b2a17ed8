// Processes that contend for a lock, in this or another PID namespace, and the lock files of other machines.
import assert from 'node:assert/strict';
import { type ChildProcess, spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { after } from 'node:test';
import { fileURLToPath } from 'node:url';
import { type FileLock, tryLock } from '../../src/system/file-lock.ts';

export const root = mkdtempSync(join(tmpdir(), 'dcgan-file-lock-'));
const children = new Set<ChildProcess>();
after(() => {
  for (const child of children) child.kill('SIGKILL');
  rmSync(root, { recursive: true });
});

const program = fileURLToPath(new URL('./lock-child.ts', import.meta.url));
const node = [process.execPath, '--import', import.meta.resolve('tsx'), program];
export const newPids = ['unshare', '--pid', '--fork', '--kill-child', '--mount-proc'];
export const noNamespaces =
  spawnSync('unshare', [...newPids.slice(1), 'true']).status === 0
    ? false
    : 'cannot make namespaces here: needs Linux and root';

interface Contender {
  process: ChildProcess;
  /** Sends a line, if given, and returns the next line of output. */
  says(line?: string): Promise<string>;
  kill(): Promise<void>;
}

/** Starts lock-child.ts, by the command `inside` where given. */
export function contend(path: string, leaseMs: number, inside: readonly string[] = []): Contender {
  const [command, ...args] = [...inside, ...node, path, String(leaseMs)];
  const child = spawn(command!, args, { stdio: ['pipe', 'pipe', 'inherit'] });
  children.add(child);
  const lines = createInterface({ input: child.stdout })[Symbol.asyncIterator]();
  return {
    process: child,
    async says(line) {
      if (line) child.stdin.write(`${line}\n`);
      return String((await lines.next()).value);
    },
    async kill() {
      child.kill('SIGKILL');
      await once(child, 'close');
    },
  };
}

export async function take(path: string, leaseMs: number): Promise<FileLock> {
  const taken = await tryLock(path, { leaseMs });
  assert.ok('lock' in taken, `refused: ${JSON.stringify(taken)}`);
  return taken.lock;
}

export async function secondsOf(action: () => Promise<unknown>): Promise<number> {
  const started = performance.now();
  await action();
  return (performance.now() - started) / 1000;
}

/** The content of a lock file. */
export const lockText = (owner: string, leaseMs: number) =>
  `${JSON.stringify({ token: 'of another', owner, host: 'elsewhere', leaseMs })}\n`;
