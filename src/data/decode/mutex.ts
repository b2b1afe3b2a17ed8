// One at a time over all threads of the process, by one number in memory that they share.

/** Memory to share: pass it to each thread. */
export type Turn = Int32Array<SharedArrayBuffer>;

export function makeTurn(): Turn {
  return new Int32Array(new SharedArrayBuffer(Int32Array.BYTES_PER_ELEMENT));
}

const [free, taken] = [0, 1];

/** Runs `task` when no other task is running in this turn, in whatever thread. */
export async function inTurn<Result>(turn: Turn, task: () => Promise<Result>): Promise<Result> {
  const alive = setInterval(() => {}, 2 ** 30); // a thread that waits for shared memory alone counts as done
  try {
    while (Atomics.compareExchange(turn, 0, free, taken) !== free) await Atomics.waitAsync(turn, 0, taken).value;
  } finally {
    clearInterval(alive);
  }
  try {
    return await task();
  } finally {
    Atomics.store(turn, 0, free);
    Atomics.notify(turn, 0, 1);
  }
}
