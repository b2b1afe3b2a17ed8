// Decodes many image files in threads, one per core, in batches.
import { availableParallelism } from 'node:os';
import { Worker } from 'node:worker_threads';
import { runsFromSource } from '../../system/package-directory.ts';
import type { ImageSpec } from './decode.ts';
import { type DecodedFiles, decodeFiles, type FilesToDecode, type ImageSource } from './decode-files.ts';
import { createMutex } from './mutex.ts';
import { inParallel } from './parallel.ts';

const maxThreads = 16;
const fewFiles = 1000; // a thread takes as long to start as to decode some hundred files
const maxBatchFiles = 64;
const maxBatchBytes = 2 ** 20;

/**
 * Decodes files in batches and yields them in order. The pixels are valid until the next batch is requested. A file that cannot
 * be decoded has a `reason`. If values are to be stretched and `spec.levels` is unknown, files have `levels` and no pixels.
 */
export async function* decodeInThreads(
  sources: readonly ImageSource[],
  spec: ImageSpec,
  signal?: AbortSignal,
): AsyncGenerator<DecodedFiles> {
  signal?.throwIfAborted();
  const imageBytes = spec.height * spec.width * spec.channels;
  const batchFiles = Math.max(1, Math.min(maxBatchFiles, Math.floor(maxBatchBytes / imageBytes)));
  const batches = Array.from({ length: Math.ceil(sources.length / batchFiles) }, (_, batch) =>
    sources.slice(batch * batchFiles, (batch + 1) * batchFiles),
  );
  const mutex = createMutex();
  if (sources.length < fewFiles) {
    for (const batch of batches) {
      yield decodeFiles({ sources: batch, spec, mutex }, signal);
    }
    return;
  }
  const threads = Array.from({ length: Math.min(availableParallelism(), maxThreads) }, startThread);
  const freeBuffers: ArrayBuffer[] = [];
  const decode = (batch: readonly ImageSource[]) => {
    const leastBusy = threads.reduce((a, b) => (b.waiting.length < a.waiting.length ? b : a));
    return send(leastBusy, { sources: batch, spec, buffer: freeBuffers.pop(), mutex });
  };
  const stop = () => {
    for (const thread of threads) end(thread, signal?.reason);
  };
  signal?.addEventListener('abort', stop, { once: true });
  try {
    for await (const decoded of inParallel(batches, decode, 2 * threads.length)) {
      yield decoded;
      freeBuffers.push(decoded.pixels.buffer); // the consumer has requested the next batch
    }
  } finally {
    signal?.removeEventListener('abort', stop);
    await Promise.all(threads.map(({ worker }) => worker.terminate()));
  }
}

interface Thread {
  worker: Worker;
  /** Pending batches; results arrive in the order they were sent. */
  waiting: { resolve(decoded: DecodedFiles): void; reject(error: unknown): void }[];
  /** Why it ended. */
  error?: unknown;
}

function send({ worker, waiting, error }: Thread, files: FilesToDecode): Promise<DecodedFiles> {
  if (error !== undefined) return Promise.reject(error);
  worker.postMessage(files, files.buffer ? [files.buffer] : []);
  return new Promise((resolve, reject) => waiting.push({ resolve, reject }));
}

function startThread(): Thread {
  const program = new URL(runsFromSource ? './decode-thread.ts' : './decode-thread.js', import.meta.url);
  const worker = new Worker(program, { execArgv: runsFromSource ? typescriptLoader() : [] });
  const thread: Thread = { worker, waiting: [] };
  worker.on('message', (decoded: DecodedFiles) => thread.waiting.shift()?.resolve(decoded));
  worker.on('error', (error) => end(thread, error));
  return thread;
}

function end(thread: Thread, error: unknown): void {
  thread.error = error;
  for (const { reject } of thread.waiting.splice(0)) reject(error);
}

/** Threads of Node 20 do not inherit the process's TypeScript loader. */
function typescriptLoader(): string[] {
  const register = `import { register } from '${import.meta.resolve('tsx/esm/api')}'; register();`;
  return ['--import', `data:text/javascript,${encodeURIComponent(register)}`];
}
