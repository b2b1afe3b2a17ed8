import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { test } from 'node:test';
import { promisify } from 'node:util';

// Each start runs in its own process, as there is one backend per process. The process must end by itself within this time.
const timeLimitMs = 20_000;

interface Report {
  start: { threads: number; reason?: string };
  backend: string;
  /** A 3 x 3 x 8 convolution of ones: 72 everywhere. */
  convolution: number[];
  /** Whether Node's modules, globals and exception handlers were restored. */
  restored: boolean;
}

/** Starts the backend in a fresh process, after `preparation`. */
async function startInProcess(threads: string, preparation = ''): Promise<Report> {
  const script = `
    import os from 'node:os';
    import workerThreads from 'node:worker_threads';
    import * as tf from '@tensorflow/tfjs-core';
    import { startWasm } from './src/engines/wasm/threads.ts';
    ${preparation}
    const handlers = (event) => process.listeners(event).length;
    const surroundings = () =>
      [workerThreads.Worker, os.cpus, globalThis.Worker, handlers('uncaughtException'), handlers('unhandledRejection')];
    const before = surroundings();
    const start = await startWasm(${threads});
    const restored = surroundings().every((part, i) => part === before[i]);
    const convolution = [...tf.conv2d(tf.ones([1, 18, 18, 8]), tf.ones([3, 3, 8, 2]), 1, 'valid').dataSync()];
    console.log(JSON.stringify({ start, backend: tf.getBackend(), convolution, restored }));`;
  const { stdout, stderr } = await promisify(execFile)(
    process.execPath,
    ['--import', 'tsx', '--input-type=module', '--eval', script],
    { cwd: new URL('../../..', import.meta.url), timeout: timeLimitMs },
  );
  assert.equal(stderr, '');
  return JSON.parse(stdout);
}

function assertWorks({ backend, convolution, restored }: Report): void {
  assert.equal(backend, 'wasm');
  assert.deepEqual(convolution, Array(16 * 16 * 2).fill(72));
  assert.equal(restored, true);
}

for (const threads of [1, 2, 3]) {
  test(`starts ${threads} thread${threads > 1 ? 's' : ''}`, async () => {
    const report = await startInProcess(String(threads));
    assert.deepEqual(report.start, { threads });
    assertWorks(report);
  });
}

test('falls back to one thread, with a reason, if a thread cannot be created', async () => {
  const report = await startInProcess(
    '2',
    `workerThreads.Worker = class { constructor() { throw new Error('the system has no threads left'); } };`,
  );
  assert.equal(report.start.threads, 1);
  assert.match(report.start.reason!, /^WASM threads could not be started: the system has no threads left$/);
  assertWorks(report);
});

test('falls back to one thread, with a reason, if a thread dies while starting', async () => {
  const report = await startInProcess(
    '2',
    `const { Worker } = workerThreads;
     workerThreads.Worker = class extends Worker {
       constructor() { super('throw new Error("out of memory")', { eval: true }); }
     };`,
  );
  assert.equal(report.start.threads, 1);
  assert.match(report.start.reason!, /out of memory/);
  assertWorks(report);
});

test('a second call returns the result of the first', async () => {
  const report = await startInProcess('2', 'await startWasm(1);');
  assert.deepEqual(report.start, { threads: 1 });
  assertWorks(report);
});
