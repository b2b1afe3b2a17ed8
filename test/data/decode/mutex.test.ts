import assert from 'node:assert/strict';
import { once } from 'node:events';
import { test } from 'node:test';
import { Worker } from 'node:worker_threads';
import { createMutex, withMutex } from '../../../src/data/decode/mutex.ts';

/** Runs 30 tasks in a thread, three requested at a time, and counts those that ran during another one. */
const program = `
  const { parentPort, workerData: { tsx, module, mutex, running } } = require('node:worker_threads');
  const { setTimeout: sleep } = require('node:timers/promises');
  import(tsx).then(async ({ register }) => {
    register();
    const { withMutex } = await import(module);
    let overlaps = 0;
    const task = async () => {
      if (Atomics.add(running, 0, 1) > 0) overlaps++;
      await sleep(1);
      Atomics.sub(running, 0, 1);
    };
    parentPort.postMessage('ready');
    await new Promise((resolve) => parentPort.once('message', resolve));
    for (let round = 0; round < 10; round++) await Promise.all([withMutex(mutex, task), withMutex(mutex, task), withMutex(mutex, task)]);
    parentPort.postMessage(overlaps);
  });`;

test('runs all tasks of several threads, one at a time', async () => {
  const running = new Int32Array(new SharedArrayBuffer(4));
  const module = new URL('../../../src/data/decode/mutex.ts', import.meta.url).href;
  const workerData = { tsx: import.meta.resolve('tsx/esm/api'), module, mutex: createMutex(), running };
  const threads = Array.from({ length: 3 }, () => new Worker(program, { eval: true, workerData }));
  await Promise.all(threads.map((thread) => once(thread, 'message')));
  for (const thread of threads) thread.postMessage('go');
  const overlaps = await Promise.all(threads.map(async (thread) => (await once(thread, 'message'))[0] as number));
  assert.deepEqual(overlaps, [0, 0, 0]);
  await Promise.all(threads.map((thread) => thread.terminate()));
});

test('a failing task releases the mutex', async () => {
  const mutex = createMutex();
  const failing = withMutex(mutex, async () => {
    throw new Error('of the task');
  });
  const next = withMutex(mutex, async () => 'the next');
  await assert.rejects(failing, { message: 'of the task' });
  assert.equal(await next, 'the next');
});
