// How long training steps take: timed one by one, and what the times come to.
import { setImmediate as nextTurn } from 'node:timers/promises';
import type { CompiledProgram } from '../engines/engine.ts';
import type { FeedStep } from './feeds.ts';
import { functionNames } from './program.ts';

export interface StepEvent {
  type: 'step';
  /** Since the warm-up. */
  seconds: number;
}

const warmUpSteps = 2; // the first steps allocate
const leastSteps = 3;

/** Milliseconds of the first step, and of those after the warm-up. A stop ends it: without a timed step it rejects with its reason. */
export async function timeSteps(
  compiled: CompiledProgram,
  feedStep: FeedStep,
  seconds: number,
  io: { onEvent: (event: StepEvent) => void; shouldStop: () => boolean; signal?: AbortSignal },
): Promise<{ first: number; times: number[]; interrupted: boolean }> {
  const times: number[] = [];
  let measuredSince = performance.now();
  let interrupted = false;
  for (let step = 0; ; step++) {
    if (step === warmUpSteps) measuredSince = performance.now();
    const enough = times.length >= warmUpSteps + leastSteps && secondsSince(measuredSince) >= seconds;
    if (enough) break;
    const began = performance.now();
    for (const call of feedStep(step)) await compiled.run(call.name, call.feeds);
    await compiled.run(functionNames.drainMeans, {}); // waits for the engine
    times.push(performance.now() - began);
    if (step >= warmUpSteps) io.onEvent({ type: 'step', seconds: secondsSince(measuredSince) });
    await nextTurn(); // signals are heard here
    interrupted = step >= warmUpSteps && io.shouldStop();
    if (interrupted) break;
    io.signal?.throwIfAborted();
  }
  return { first: times[0]!, times: times.slice(warmUpSteps), interrupted };
}

export function secondsSince(began: number): number {
  return (performance.now() - began) / 1000;
}

/** What repeats came to. */
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
