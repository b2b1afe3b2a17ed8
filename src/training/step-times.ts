// Times training steps, for `dcgan bench`.
import { setImmediate as nextTurn } from 'node:timers/promises';
import type { CompiledProgram } from '../engines/engine.ts';
import type { FeedStep } from './feeds.ts';
import { functionNames } from './program.ts';

export interface StepEvent {
  type: 'step';
  /** Seconds since the warm-up. */
  seconds: number;
}

const warmUpCycles = 2; // the first steps allocate
const minCycles = 3;

/**
 * Milliseconds of the first step, and of each step after the warm-up. Rejects with the stop's reason if stopped before a timed step.
 * @param cycle number of steps after which a run's computations repeat; the steps of a cycle count with their mean
 */
export async function timeSteps(
  compiled: CompiledProgram,
  feedStep: FeedStep,
  seconds: number,
  io: { onEvent: (event: StepEvent) => void; shouldStop: () => boolean; signal?: AbortSignal },
  cycle = 1,
): Promise<{ first: number; times: number[]; interrupted: boolean }> {
  const times: number[] = [];
  let measuredSince = performance.now();
  let first: number | undefined;
  let inCycle: number[] = [];
  let interrupted = false;
  for (let step = 0; ; step++) {
    if (times.length === warmUpCycles && inCycle.length === 0) measuredSince = performance.now();
    const enough = times.length >= warmUpCycles + minCycles && secondsSince(measuredSince) >= seconds;
    if (enough) break;
    const began = performance.now();
    for (const call of feedStep(step)) await compiled.run(call.name, call.feeds);
    await compiled.run(functionNames.drainMeans, {}); // waits for the engine
    inCycle.push(performance.now() - began);
    first ??= inCycle[0]!;
    if (times.length >= warmUpCycles) io.onEvent({ type: 'step', seconds: secondsSince(measuredSince) });
    if (inCycle.length === cycle) {
      times.push(inCycle.reduce((sum, time) => sum + time, 0) / cycle);
      inCycle = [];
    }
    await nextTurn(); // lets signal handlers run
    interrupted = times.length > warmUpCycles && io.shouldStop();
    if (interrupted) break;
    io.signal?.throwIfAborted();
  }
  return { first: first!, times: times.slice(warmUpCycles), interrupted };
}

export function secondsSince(began: number): number {
  return (performance.now() - began) / 1000;
}

export interface Spread {
  median: number;
  least: number;
  most: number;
}

export function spreadOf(values: readonly number[]): Spread {
  if (values.length === 0) throw new Error('A spread needs at least one value.');
  const sorted = [...values].sort((a, b) => a - b);
  const middle = sorted.length / 2;
  const median = (sorted[Math.ceil(middle) - 1]! + sorted[Math.floor(middle)]!) / 2;
  return { median, least: sorted[0]!, most: sorted.at(-1)! };
}
