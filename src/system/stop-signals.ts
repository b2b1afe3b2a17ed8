// Handles the signals that ask a process to stop, or leaves them to the system during long native calls, so that they end the process.
import { setImmediate as nextTurn } from 'node:timers/promises';

export const stopSignals = ['SIGINT', 'SIGTERM', 'SIGHUP'] as const;
export type StopSignal = (typeof stopSignals)[number];

/** 128 + the signal's number, the convention of POSIX shells. */
const exitCodes = { SIGINT: 130, SIGTERM: 143, SIGHUP: 129 } as const satisfies Record<StopSignal, number>;

/** Thrown by a command that was stopped before it had a result. */
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
  /** Aborted when a stop is requested. */
  asked: AbortSignal;
}

let handling: Handling | undefined;

export function handleStopSignals(wanted: Handling): void {
  handling = wanted;
  listen(wanted);
}

function listen({ signals, onSignal }: Handling): void {
  for (const signal of signals) process.on(signal, onSignal);
}

/** Linux ignores the default action of signals for process 1 of a container. */
const canLeaveToSystem = process.pid !== 1;

/** Removes the handlers, so that a signal ends the process at once. @returns whether it was possible */
export function leaveSignalsToSystem(): boolean {
  if (!handling || !canLeaveToSystem) return false;
  for (const signal of handling.signals) process.off(signal, handling.onSignal);
  return true;
}

/**
 * Runs a call that blocks the event loop and has nothing to save. No handler could run meanwhile, so signals are left to the
 * system. @throws Interrupted if a stop was requested before
 */
export async function endedBySignals<T>(call: () => T | Promise<T>): Promise<T> {
  await nextTurn(); // lets handlers of pending signals run
  handling?.asked.throwIfAborted();
  const isLeft = leaveSignalsToSystem();
  try {
    return await call();
  } finally {
    if (isLeft) listen(handling!);
  }
}
