// The signals that ask a process to stop: who handles them, and where they end the process at once, even in the middle of a native call.
import { setImmediate as nextTurn } from 'node:timers/promises';

export const stopSignals = ['SIGINT', 'SIGTERM', 'SIGHUP'] as const;
export type StopSignal = (typeof stopSignals)[number];

/** By POSIX's convention 128 + the signal's number. */
const exitCodes = { SIGINT: 130, SIGTERM: 143, SIGHUP: 129 } as const satisfies Record<StopSignal, number>;

/** Ends a command that was asked to stop before it had a result. */
export class Interrupted extends Error {
  readonly signal: StopSignal;
  readonly exitCode: number;

  constructor(signal: StopSignal) {
    super(`Stopped by ${signal}.`);
    this.signal = signal;
    this.exitCode = exitCodes[signal];
  }
}

interface Handling {
  signals: readonly StopSignal[];
  onSignal: (signal: StopSignal) => void;
  /** Aborted once a stop was asked for. */
  asked: AbortSignal;
}

let handling: Handling | undefined;

/** Handles these signals from here on. */
export function handleStopSignals(wanted: Handling): void {
  handling = wanted;
  listen(wanted);
}

function listen({ signals, onSignal }: Handling): void {
  for (const signal of signals) process.on(signal, onSignal);
}

/** Linux ignores a signal that process 1 of a container leaves to it. */
const canLeaveToSystem = process.pid !== 1;

/** From here on a signal ends the process at once. @returns whether it does */
export function leaveSignalsToSystem(): boolean {
  if (!handling || !canLeaveToSystem) return false;
  for (const signal of handling.signals) process.off(signal, handling.onSignal);
  return true;
}

/**
 * Runs a call that keeps the event loop from turning and has nothing to save. No handler would be called meanwhile, so a signal ends the
 * process by itself: its exit status says which one. @throws Interrupted where a stop has been asked for already
 */
export async function endedBySignals<T>(call: () => T | Promise<T>): Promise<T> {
  await nextTurn(); // what has arrived by now is handled
  handling?.asked.throwIfAborted();
  const isLeft = leaveSignalsToSystem();
  try {
    return await call();
  } finally {
    if (isLeft) listen(handling!);
  }
}
