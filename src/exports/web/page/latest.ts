// Work that is asked for faster than it can be done: what is asked for last is done, what came in between is not.

/** Gives a function that asks for work. Its promise ends when this or later work has been done. */
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
