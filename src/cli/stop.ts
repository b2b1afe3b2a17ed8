// Handles Ctrl-C, SIGTERM and SIGHUP: asks the command to stop, and ends the process if it does not.
import {
  handleStopSignals,
  Interrupted,
  leaveSignalsToSystem,
  type StopSignal,
  stopSignals,
} from '../system/stop-signals.ts';
import { isHangupIgnored } from './ignored-hangup.ts';

export interface Stop {
  /** Aborts with `Interrupted` at the first signal. */
  readonly signal: AbortSignal;
  /** Call when there is something to save: from then on a stop may take as long as it needs. */
  takeTime(): void;
  /** Exit code for the received signal. */
  exitCode(): number;
}

const maxStopMs = 1000; // with nothing to save; partial files are removed at the next start
const samePressMs = 500; // npm may forward a Ctrl-C that the terminal has already sent to this process

/**
 * Listens for signals. The first asks for a stop, the second ends the process at once; no file is left partly written even then.
 * @param leave reports a command that is ended here. @returns its exit code
 */
export function listenForStop(print: (text: string) => void, leave: (reason: Interrupted) => number): Stop {
  const controller = new AbortController();
  let received: StopSignal | undefined;
  let isSaving = false;
  let isRepeat = false; // of the same key press

  function exit(signal: StopSignal): never {
    process.exit(leave(new Interrupted(signal)));
  }
  function onSignal(signal: StopSignal): void {
    if (received && isRepeat) return;
    if (received) exit(signal);
    received = signal;
    if (isSaving) finishAndSave();
    else endSoon(signal);
    controller.abort(new Interrupted(signal));
  }
  function finishAndSave(): void {
    print('Stopping: finishing this step and saving. Press again to quit immediately.');
    isRepeat = true;
    setTimeout(() => {
      isRepeat = false;
      leaveSignalsToSystem(); // a second signal ends even a long step
    }, samePressMs).unref();
  }
  function endSoon(signal: StopSignal): void {
    print('Stopping.');
    setTimeout(() => {
      if (!isSaving) exit(signal);
    }, maxStopMs).unref();
  }

  const signals = stopSignals.filter((signal) => signal !== 'SIGHUP' || !isHangupIgnored());
  if (!signals.includes('SIGHUP')) process.on('SIGHUP', () => undefined);
  handleStopSignals({ signals, onSignal, asked: controller.signal });
  return {
    signal: controller.signal,
    takeTime: () => {
      isSaving = true;
    },
    exitCode: () => new Interrupted(received ?? 'SIGINT').exitCode,
  };
}
