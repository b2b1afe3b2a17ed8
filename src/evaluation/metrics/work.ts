// Progress and cooperative yielding for long work on the main thread, so that signals are handled meanwhile.
import { setImmediate as nextTurn } from 'node:timers/promises';

export interface Work {
  /** Called often; may wait. */
  onProgress(done: number, total: number): void | Promise<void>;
}

const turnIntervalMs = 50;

/** Reports and yields to the event loop about 20 times a second, however often it is called. */
export function createWork(report: (done: number, total: number) => void): Work {
  let turnedAt = performance.now();
  return {
    onProgress(done, total) {
      if (performance.now() - turnedAt < turnIntervalMs && done < total) return;
      return nextTurn().then(() => {
        turnedAt = performance.now();
        report(done, total); // throws if a stop was requested meanwhile
      });
    },
  };
}

/** Part `index` of `count` equal parts of a larger piece of work. */
export function part({ onProgress }: Work, index: number, count: number): Work {
  return { onProgress: (done, total) => onProgress(index * total + done, count * total) };
}
