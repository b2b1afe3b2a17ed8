// Ctrl-C, a queue's SIGTERM and a closed terminal's SIGHUP: asks the command to stop, and sees to it that it does.
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
  /** From here on a stop may take as long as it needs: there is something to save. */
  takeTime(): void;
  /** Exit code of the signal that was heard. */
  exitCode(): number;
}

const mostStopMs = 1000; // for work that has nothing to save; what it leaves half written is removed at the next start
const samePressMs = 500; // npm may pass on the Ctrl-C that the terminal has sent to both of them

/**
 * Listens for signals. The first one asks for a stop, a second one ends the process at once; files are whole or absent even then.
 * @param leave tells the end of a command that is ended from here. @returns its exit code
 */
export function listenForStop(say: (text: string) => void, leave: (reason: Interrupted) => number): Stop {
  const controller = new AbortController();
  let heard: StopSignal | undefined;
  let isSaving = false;
  let isRepeat = false; // of the same press

  function exit(signal: StopSignal): never {
    process.exit(leave(new Interrupted(signal)));
  }
  function onSignal(signal: StopSignal): void {
    if (heard && isRepeat) return;
    if (heard) exit(signal);
    heard = signal;
    if (isSaving) finishAndSave();
    else endSoon(signal);
    controller.abort(new Interrupted(signal));
  }
  function finishAndSave(): void {
    say('Stopping: finishing this step and saving. Press again to quit immediately.');
    isRepeat = true;
    setTimeout(() => {
      isRepeat = false;
      leaveSignalsToSystem(); // a second one ends even a long step
    }, samePressMs).unref();
  }
  function endSoon(signal: StopSignal): void {
    say('Stopping.');
    setTimeout(() => {
      if (!isSaving) exit(signal);
    }, mostStopMs).unref();
  }

  const signals = stopSignals.filter((signal) => signal !== 'SIGHUP' || !isHangupIgnored());
  if (!signals.includes('SIGHUP')) process.on('SIGHUP', () => undefined);
  handleStopSignals({ signals, onSignal, asked: controller.signal });
  return {
    signal: controller.signal,
    takeTime: () => {
      isSaving = true;
    },
    exitCode: () => new Interrupted(heard ?? 'SIGINT').exitCode,
  };
}
