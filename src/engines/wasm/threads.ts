// Starts tfjs's WASM backend with threads, which the package itself supports only in browsers (tfjs issue 3830).
import os from 'node:os';
import { type BackendWasm, getThreadsCount, setThreadsCount } from '@tensorflow/tfjs-backend-wasm';
import * as tf from '@tensorflow/tfjs-core';
import { DcganError, messageOf } from '../../errors.ts';
import { patchNodeWorkers } from './patch-node-workers.ts';
import { startThreadPool } from './thread-pool.ts';

/** The size of the binary's own thread pool. */
const maxThreads = 8;
const startLimitMs = 30_000;

interface Start {
  threads: number;
  /** Why there is only one thread although more were requested. */
  reason?: string;
}

let started: Promise<Start> | undefined;

/**
 * Makes 'wasm' the tfjs backend with `threads` threads (default: one per core, at most 8). It starts once per process; later
 * calls return the first result. If threads cannot be started, the single-threaded binary is used and `reason` says why.
 */
export function startWasm(threads: number = os.availableParallelism()): Promise<Start> {
  started ??= start(Math.min(threads, maxThreads));
  return started;
}

async function start(threads: number): Promise<Start> {
  const before = new Set(exceptionHandlers().map(({ handler }) => handler));
  try {
    return await (threads < 2 ? startSingle() : startThreaded(threads));
  } finally {
    // The binary's loader adds process-wide handlers that would turn any uncaught error into an exit of their own.
    for (const { event, handler } of exceptionHandlers()) {
      if (!before.has(handler)) process.removeListener(event, handler);
    }
  }
}

function exceptionHandlers(): { event: string; handler: (...details: unknown[]) => void }[] {
  return ['uncaughtException', 'unhandledRejection'].flatMap((event) =>
    process.rawListeners(event).map((handler) => ({ event, handler: handler as (...details: unknown[]) => void })),
  );
}

async function startThreaded(threads: number): Promise<Start> {
  try {
    const backend = await createThreaded(threads);
    await startThreadPool(backend as BackendWasm, threads);
    await useBackend(backend);
    return { threads: getThreadsCount() };
  } catch (error) {
    return { ...(await startSingle()), reason: `WASM threads could not be started: ${messageOf(error)}` };
  }
}

async function startSingle(): Promise<Start> {
  tf.env().set('WASM_HAS_MULTITHREAD_SUPPORT', false);
  try {
    await useBackend(await createBackend());
    return { threads: 1 };
  } catch (error) {
    throw new DcganError(
      'engine.wasm-start',
      {
        happened: 'The WebAssembly backend of TensorFlow.js could not be started.',
        fix: 'If the address space is limited (ulimit -v), raise the limit: WebAssembly reserves several GiB.',
      },
      { cause: error },
    );
  }
}

/** Registers a started backend in place of the package's factory, whose failures tfjs would handle itself. */
async function useBackend(backend: tf.KernelBackend): Promise<void> {
  tf.removeBackend('wasm');
  tf.registerBackend('wasm', () => backend);
  await tf.setBackend('wasm');
}

async function createBackend(): Promise<tf.KernelBackend> {
  return tf.findBackendFactory('wasm')();
}

/** Starts the threaded binary while Node's Worker class is patched to run its threads. */
async function createThreaded(threads: number): Promise<tf.KernelBackend> {
  let backend: tf.KernelBackend | undefined;
  let limit: NodeJS.Timeout | undefined;
  let fail: (error: Error) => void = () => {};
  const failure = new Promise<never>((_, reject) => {
    fail = reject;
    limit = setTimeout(() => reject(new Error(`no answer in ${startLimitMs / 1000} s`)), startLimitMs);
  });
  const patch = patchNodeWorkers(threads, (error) => {
    if (backend) throw error; // the backend would wait forever for the dead thread
    fail(error);
  });
  try {
    tf.env().set('WASM_HAS_MULTITHREAD_SUPPORT', true);
    setThreadsCount(threads);
    backend = await Promise.race([createBackend(), failure]);
    for (const worker of patch.workers) worker.unref(); // a waiting thread would keep the process alive
    return backend;
  } catch (error) {
    await Promise.all(patch.workers.map((worker) => worker.terminate()));
    throw error;
  } finally {
    clearTimeout(limit);
    patch.restore();
  }
}
