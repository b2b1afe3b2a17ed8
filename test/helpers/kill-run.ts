// Starts `dcgan train` and kills it with SIGKILL: some time after training began, or while it saves a checkpoint.
import { spawn } from 'node:child_process';
import { existsSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

const main = fileURLToPath(new URL('../../src/main.ts', import.meta.url));

/** Milliseconds after training began, or during the writing of the n-th checkpoint since. */
export type Moment = { afterMs: number } | { whileSaving: number };

export interface Killed {
  /** False if the run finished first. */
  killed: boolean;
  /** Whether a partly written checkpoint was left. */
  torn: boolean;
  stderr: string;
}

export function killRun(args: readonly string[], cwd: string, moment: Moment): Promise<Killed> {
  const child = spawn(process.execPath, ['--import', import.meta.resolve('tsx'), main, ...args], { cwd });
  let stderr = '';
  let waiting = true;
  let timer: NodeJS.Timeout | undefined;
  const kill = () => {
    clearInterval(timer);
    child.kill('SIGKILL');
  };
  child.stderr.setEncoding('utf8').on('data', (text: string) => {
    stderr += text;
    if (!waiting || !/^(Run|Training) /m.test(stderr)) return;
    waiting = false;
    if ('afterMs' in moment) timer = setTimeout(kill, moment.afterMs);
    else timer = whenSaving(cwd, moment.whileSaving, kill);
  });
  return new Promise((resolve, reject) => {
    child.on('error', reject);
    child.on('close', (_code, signal) => {
      clearInterval(timer);
      resolve({ killed: signal === 'SIGKILL', torn: partials(cwd).length > 0, stderr });
    });
  });
}

/** Polls for partly written checkpoints and calls back at the n-th. */
function whenSaving(cwd: string, count: number, action: () => void): NodeJS.Timeout {
  const before = partials(cwd).join();
  const seen = new Set<string>();
  return setInterval(() => {
    for (const name of partials(cwd)) if (!before.includes(name)) seen.add(name);
    if (seen.size >= count && partials(cwd).length > 0) action();
  }, 1);
}

/** The partly written step folders of the only run. */
function partials(cwd: string): string[] {
  const checkpoints = join(cwd, 'checkpoints');
  if (!existsSync(checkpoints)) return [];
  const [run] = readdirSync(checkpoints, { withFileTypes: true }).filter((entry) => entry.isDirectory());
  const entries = run ? readdirSync(join(checkpoints, run.name), { withFileTypes: true }) : [];
  return entries.filter((entry) => entry.isDirectory() && /^\.partial-\d/.test(entry.name)).map(({ name }) => name);
}
