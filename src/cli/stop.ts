// Ctrl-C, a queue's SIGTERM and a closed terminal's SIGHUP: asks the command to stop, and sees to it that it does.
import { isHangupIgnored } from './ignored-hangup.ts';

/** By POSIX's convention 128 + the signal's number. */
const exitCodes = { SIGINT: 130, SIGTERM: 143, SIGHUP: 129 } as const;
type StopSignal = keyof typeof exitCodes;

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

export interface Stop {
  /** Aborts with `Interrupted` at the first signal. */
  readonly signal: AbortSignal;
  /** From here on a stop may take as long as it needs: there is something to save. */
  takeTime(): void;
  /** Exit code of the signal that was heard. */
  exitCode(): number;
}

const mostStopMs = 1000; // for work that has nothing to save; what it leaves half written is removed at the next start

/**
 * Listens for signals. The first one asks for a stop, a second one ends the process at once; files are whole or absent even then.
 * @param leave tells the end of a command that is ended from here. @returns its exit code
 */
export function listenForStop(say: (text: string) => void, leave: (reason: Interrupted) => number): Stop {
  const controller = new AbortController();
  let heard: StopSignal | undefined;
  let isSaving = false;

  function exit(signal: StopSignal): never {
    process.exit(leave(new Interrupted(signal)));
  }
  function onSignal(signal: StopSignal): void {
    if (heard) exit(signal);
    heard = signal;
    say(isSaving ? 'Stopping: finishing the step and saving. Press again to quit immediately.' : 'Stopping.');
    setTimeout(() => {
      if (!isSaving) exit(signal);
    }, mostStopMs).unref();
    controller.abort(new Interrupted(signal));
  }
  process.on('SIGINT', onSignal);
  process.on('SIGTERM', onSignal);
  process.on('SIGHUP', isHangupIgnored() ? () => undefined : onSignal);
  return {
    signal: controller.signal,
    takeTime: () => {
      isSaving = true;
    },
    exitCode: () => exitCodes[heard ?? 'SIGINT'],
  };
}
