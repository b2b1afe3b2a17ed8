// The worker's side of the protocol: prepares once, then times each turn.
import { writeSync } from 'node:fs';
import { createInterface } from 'node:readline';
import type { Job, Mode } from '../contestants.ts';
import { readTask, type Task } from '../task.ts';
import type { Report, Turn } from '../worker.ts';

/** A prepared contestant. */
export interface Runner {
  report: Report;
  /** Does `count` steps or images. @returns the last losses, read once at the end */
  turn(count: number): Promise<Record<string, number>>;
}

export type Prepare = (task: Task, mode: Mode, folder: string) => Promise<Runner>;

const responseDescriptor = 3;

export async function serve(prepare: Readonly<Partial<Record<Job, Prepare>>>): Promise<void> {
  let runner: Runner | undefined;
  for await (const line of createInterface({ input: process.stdin })) {
    const request = JSON.parse(line) as { task: string; job: Job; mode: Mode } | { turn: number };
    if ('task' in request) {
      runner = await prepare[request.job]!(readTask(request.task), request.mode, request.task);
      respond(runner.report);
    } else respond(await timed(runner!, request.turn));
  }
}

async function timed(runner: Runner, count: number): Promise<Turn> {
  const began = performance.now();
  const values = await runner.turn(count);
  return { ms: performance.now() - began, values };
}

function respond(value: Report | Turn): void {
  writeSync(responseDescriptor, `${JSON.stringify(value)}\n`);
}
