// Drops outdated calls of a slow function: while one runs, only the latest of the others is kept.

/** Wraps `work`. The promise resolves when this or a later call has finished. */
export function latest<Wanted>(work: (wanted: Wanted) => Promise<void>): (wanted: Wanted) => Promise<void> {
  let next: { wanted: Wanted } | undefined;
  let running: Promise<void> | undefined;

  async function run(): Promise<void> {
    try {
      while (next) {
        const { wanted } = next;
        next = undefined;
        await work(wanted);
      }
    } finally {
      running = undefined;
    }
  }

  return (wanted) => {
    next = { wanted };
    running ??= run();
    return running;
  };
}
