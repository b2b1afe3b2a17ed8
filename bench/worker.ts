// A contestant as a process of its own: a line of JSON asks, a line of JSON on its file descriptor 3 answers.
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import type { Readable } from 'node:stream';
import { fileURLToPath } from 'node:url';
import { BenchError } from './bench-error.ts';
import type { Contestant, Job } from './contestants.ts';

const folder = fileURLToPath(new URL('workers', import.meta.url));

/** What a worker knows of itself when it is ready. */
export interface Report {
  /** Values of all variables and of those that are trained. */
  parameters: Record<'generator' | 'discriminator', { all: number; trainable: number }>;
  /** The discriminator's verdicts on the probe's real images and then on its generated ones, all in inference mode. */
  verdicts: number[];
  versions: Record<string, string>;
  /** What precision `auto` is on this machine; only this program says it. */
  autoPrecision?: string;
  /** Whether it has timed ways to compute something, once for this machine; its memory is then not that of a usual run. */
  measured?: boolean;
}

export interface Turn {
  ms: number;
  /** The losses of the last steps; nothing of a sampler. */
  values: Record<string, number>;
}

export interface Worker {
  contestant: Contestant;
  pid: number;
  prepare(taskFolder: string, job: Job): Promise<Report>;
  /** Does `count` steps or images. Its clock runs from the first to the reading of the last losses. */
  turn(count: number): Promise<Turn>;
  stop(): void;
}

/** What runs the workers: a Python, and the folder of those in JavaScript. */
export interface Programs {
  python: string;
  built: string;
}

export function startWorker(contestant: Contestant, { python, built }: Programs): Worker {
  const [command, ...options] = commandOf(contestant, { python, built });
  const child = spawn(command!, options, { stdio: ['pipe', 'pipe', 'pipe', 'pipe'] });
  const said = lastLines([child.stdout, child.stderr]);
  const answers = createInterface({ input: child.stdio[3] as Readable })[Symbol.asyncIterator]();
  const closed = once(child, 'close').catch((error: Error) => [error.message]);
  child.stdin.on('error', () => {}); // the process has ended: the missing answer tells

  async function ask<Answer>(request: Record<string, unknown>): Promise<Answer> {
    child.stdin.write(`${JSON.stringify(request)}\n`);
    const { value, done } = await answers.next();
    if (!done) return JSON.parse(value) as Answer;
    const [ending] = await closed; // exit code, or why the process was not started
    throw new BenchError({
      happened: `The worker of '${contestant.name}' ended (${ending}) before it answered.\n${said()}`,
    });
  }

  return {
    contestant,
    pid: child.pid ?? 0,
    prepare: (task, job) => ask({ task, job, mode: contestant.mode }),
    turn: (count) => ask({ turn: count }),
    stop: () => void child.kill('SIGKILL'),
  };
}

function commandOf({ worker }: Contestant, { python, built }: Programs): string[] {
  const inPython = worker === 'keras' || worker === 'torch';
  if (inPython) return [python, join(folder, `${worker}_worker.py`)];
  return [process.execPath, join(built, `${worker}.js`)];
}

const linesKept = 30;

/** Reads streams to their end. Gives the last lines that came. */
function lastLines(streams: readonly Readable[]): () => string {
  const lines: string[] = [];
  for (const stream of streams) {
    createInterface({ input: stream }).on('line', (line) => {
      lines.push(line);
      if (lines.length > linesKept) lines.shift();
    });
  }
  return () => lines.join('\n');
}
