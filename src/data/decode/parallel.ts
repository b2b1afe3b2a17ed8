// Runs asynchronous work on many items concurrently, with the results in order and a bounded number of them in memory.
import { availableParallelism } from 'node:os';

/**
 * Runs `task` on every item, up to `window` at a time, and yields the results in the items' order. sharp works in Node's thread
 * pool (UV_THREADPOOL_SIZE threads).
 */
export async function* inParallel<Item, Result>(
  items: Iterable<Item>,
  task: (item: Item, index: number) => Promise<Result>,
  window = 4 * availableParallelism(), // more than there are cores, so that a slow item leaves none idle
): AsyncGenerator<Result> {
  const running: Promise<Result>[] = [];
  let index = 0;
  try {
    for (const item of items) {
      const result = task(item, index++);
      result.catch(() => {}); // thrown below, in order
      running.push(result);
      if (running.length >= window) yield await running.shift()!;
    }
    while (running.length > 0) yield await running.shift()!;
  } finally {
    await Promise.allSettled(running); // after a failure, no task continues in the background
  }
}
