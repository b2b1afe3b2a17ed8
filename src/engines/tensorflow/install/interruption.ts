// Ctrl-C and its kind while installing: what was begun is removed, then the signal does what it always does.
import { rmSync } from 'node:fs';
import { endProcesses } from './compiler/process.ts';

const signals = ['SIGINT', 'SIGTERM', 'SIGHUP'] as const;

/** Runs `action`; on a signal ends its child processes and removes `paths` before this process ends by that signal. */
export async function cleanedOnSignals<T>(paths: readonly string[], action: () => Promise<T>): Promise<T> {
  const onSignal = (signal: NodeJS.Signals) => {
    endProcesses();
    try {
      for (const path of paths) rmSync(path, { recursive: true, force: true, maxRetries: 5 });
    } finally {
      stopListening();
      process.kill(process.pid, signal);
    }
  };
  const stopListening = () => {
    for (const signal of signals) process.off(signal, onSignal);
  };
  for (const signal of signals) process.on(signal, onSignal);
  return await action().finally(stopListening);
}
