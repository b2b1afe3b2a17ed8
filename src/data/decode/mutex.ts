// A mutex between the threads of the process, in shared memory.

/** Pass it to each thread. */
export type Mutex = Int32Array<SharedArrayBuffer>;

export function createMutex(): Mutex {
  return new Int32Array(new SharedArrayBuffer(Int32Array.BYTES_PER_ELEMENT));
}

const [free, taken] = [0, 1];

/** Runs `task` while no other task holds the mutex, in any thread. */
export async function withMutex<Result>(mutex: Mutex, task: () => Promise<Result>): Promise<Result> {
  const alive = setInterval(() => {}, 2 ** 30); // Atomics.waitAsync alone does not keep a thread alive
  try {
    while (Atomics.compareExchange(mutex, 0, free, taken) !== free) await Atomics.waitAsync(mutex, 0, taken).value;
  } finally {
    clearInterval(alive);
  }
  try {
    return await task();
  } finally {
    Atomics.store(mutex, 0, free);
    Atomics.notify(mutex, 0, 1);
  }
}
