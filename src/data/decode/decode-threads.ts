// Many image files to pixels, in threads: one per core, each with a few files at a time.
import { availableParallelism } from 'node:os';
import { Worker } from 'node:worker_threads';
import { runsFromSource } from '../../system/package-directory.ts';
import type { ImageSpec } from './decode.ts';
import { type DecodedFiles, decodeFiles, type FilesToDecode, type ImageSource } from './decode-files.ts';
import { makeTurn } from './mutex.ts';
import { inParallel } from './parallel.ts';

const mostThreads = 16;
const fewFiles = 1000; // a thread takes as long to start as it needs for some hundred of them
const mostBatchFiles = 64;
const mostBatchBytes = 2 ** 20;

/**
 * Decodes files, some at a time, and yields what came of them in their order; the pixels are good until the next is asked for.
 * A file that cannot be decoded is said to be so. `signal` ends it at once.
 * Where values are to be stretched and `spec.levels` is not known, files have `levels` and no pixels.
 */
export async function* decodeInThreads(
  sources: readonly ImageSource[],
  spec: ImageSpec,
  signal?: AbortSignal,
): AsyncGenerator<DecodedFiles> {
  signal?.throwIfAborted();
  const imageBytes = spec.height * spec.width * spec.channels;
  const batchFiles = Math.max(1, Math.min(mostBatchFiles, Math.floor(mostBatchBytes / imageBytes)));
  const batches = Array.from({ length: Math.ceil(sources.length / batchFiles) }, (_, batch) =>
    sources.slice(batch * batchFiles, (batch + 1) * batchFiles),
  );
  const turn = makeTurn();
  if (sources.length < fewFiles) {
    for (const batch of batches) {
      yield decodeFiles({ sources: batch, spec, turn }, signal);
    }
    return;
  }
  const threads = Array.from({ length: Math.min(availableParallelism(), mostThreads) }, startThread);
  const rooms: ArrayBuffer[] = [];
  const decode = (batch: readonly ImageSource[]) => {
    const leastBusy = threads.reduce((a, b) => (b.waiting.length < a.waiting.length ? b : a));
    return send(leastBusy, { sources: batch, spec, room: rooms.pop(), turn });
  };
  const stop = () => {
    for (const thread of threads) end(thread, signal?.reason);
  };
  signal?.addEventListener('abort', stop, { once: true });
  try {
    for await (const decoded of inParallel(batches, decode, 2 * threads.length)) {
      yield decoded;
      rooms.push(decoded.pixels.buffer); // whoever was given the pixels is done with them
    }
  } finally {
    signal?.removeEventListener('abort', stop);
    await Promise.all(threads.map(({ worker }) => worker.terminate()));
  }
}

interface Thread {
  worker: Worker;
  /** Who waits for its answers, which come in the order of the questions. */
  waiting: { resolve(decoded: DecodedFiles): void; reject(error: unknown): void }[];
  /** Why it died. */
  error?: unknown;
}

function send({ worker, waiting, error }: Thread, files: FilesToDecode): Promise<DecodedFiles> {
  if (error !== undefined) return Promise.reject(error);
  worker.postMessage(files, files.room ? [files.room] : []);
  return new Promise((resolve, reject) => waiting.push({ resolve, reject }));
}

function startThread(): Thread {
  const program = new URL(runsFromSource ? './decode-thread.ts' : './decode-thread.js', import.meta.url);
  const worker = new Worker(program, { execArgv: runsFromSource ? readingTypeScript() : [] });
  const thread: Thread = { worker, waiting: [] };
  worker.on('message', (decoded: DecodedFiles) => thread.waiting.shift()?.resolve(decoded));
  worker.on('error', (error) => end(thread, error));
  return thread;
}

function end(thread: Thread, error: unknown): void {
  thread.error = error;
  for (const { reject } of thread.waiting.splice(0)) reject(error);
}

/** Node 20's threads do not inherit what makes the process read TypeScript. */
function readingTypeScript(): string[] {
  const register = `import { register } from '${import.meta.resolve('tsx/esm/api')}'; register();`;
  return ['--import', `data:text/javascript,${encodeURIComponent(register)}`];
}
