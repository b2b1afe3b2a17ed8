// Runs a contestant as a process: requests are lines of JSON on stdin, responses lines of JSON on file descriptor 3.
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import type { Readable } from 'node:stream';
import { fileURLToPath } from 'node:url';
import { BenchError } from './bench-error.ts';
import type { Contestant, Job } from './contestants.ts';

const folder = fileURLToPath(new URL('workers', import.meta.url));

/** What a worker reports when it is ready. */
export interface Report {
  /** Parameter counts: all, and trainable. */
  parameters: Record<'generator' | 'discriminator', { all: number; trainable: number }>;
  /** Discriminator outputs for the probe's real, then its generated images, in inference mode. */
  scores: number[];
  versions: Record<string, string>;
  /** The precision that `auto` selects on this machine; only from this program. */
  autoPrecision?: string;
  /** Whether kernels were tuned in this process, once per machine; its peak memory is then not that of a usual run. */
  tuned?: boolean;
}

export interface Turn {
  ms: number;
  /** The losses of the last steps; empty for a sampler. */
  values: Record<string, number>;
}

export interface Worker {
  contestant: Contestant;
  pid: number;
  prepare(taskFolder: string, job: Job): Promise<Report>;
  /** Does `count` steps or images; timed by the worker until the last losses are read. */
  turn(count: number): Promise<Turn>;
  stop(): void;
}

/** The Python that runs the Python workers, and the folder of the compiled JavaScript ones. */
export interface Programs {
  python: string;
  built: string;
}

export function startWorker(contestant: Contestant, { python, built }: Programs): Worker {
  const [command, ...options] = commandOf(contestant, { python, built });
  const child = spawn(command!, options, { stdio: ['pipe', 'pipe', 'pipe', 'pipe'] });
  const lastOutput = lastLines([child.stdout, child.stderr]);
  const answers = createInterface({ input: child.stdio[3] as Readable })[Symbol.asyncIterator]();
  const closed = once(child, 'close').catch((error: Error) => [error.message]);
  child.stdin.on('error', () => {}); // the process has ended; the missing response is handled below

  async function ask<Answer>(request: Record<string, unknown>): Promise<Answer> {
    child.stdin.write(`${JSON.stringify(request)}\n`);
    const { value, done } = await answers.next();
    if (!done) return JSON.parse(value) as Answer;
    const [ending] = await closed; // exit code, or why the process could not be started
    throw new BenchError({
      happened: `The worker of '${contestant.name}' ended (${ending}) before it answered.\n${lastOutput()}`,
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

/** Reads streams to their end. @returns a function that returns the last lines */
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
