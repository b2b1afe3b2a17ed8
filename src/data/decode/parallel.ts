// Work on many images at once, one per core, with the results in order and only a few of them in memory.
import { availableParallelism } from 'node:os';

/**
 * Runs `task` on every item, up to `window` at a time, and yields the results in the items' order. Images are worked on in Node's
 * thread pool (UV_THREADPOOL_SIZE threads).
 */
export async function* inParallel<Item, Result>(
  items: Iterable<Item>,
  task: (item: Item, index: number) => Promise<Result>,
  window = 4 * availableParallelism(), // more than cores: one slow image, or files still being read, leave none idle
): AsyncGenerator<Result> {
  const running: Promise<Result>[] = [];
  let index = 0;
  try {
    for (const item of items) {
      const result = task(item, index++);
      result.catch(() => {}); // reported below, when its turn comes
      running.push(result);
      if (running.length >= window) yield await running.shift()!;
    }
    while (running.length > 0) yield await running.shift()!;
  } finally {
    await Promise.allSettled(running); // after a failure too, nothing goes on behind the caller's back
  }
}
