// Patches Node's globals so that tfjs's threaded WASM binary, written for browsers, can start its threads.
import { createRequire } from 'node:module';
import os from 'node:os';
import { dirname, join } from 'node:path';
import workerThreads from 'node:worker_threads';

const packageRequire = createRequire(import.meta.url);
const binaryFolder = join(dirname(packageRequire.resolve('@tensorflow/tfjs-backend-wasm/package.json')), 'wasm-out');
const binary = join(binaryFolder, 'tfjs-backend-wasm-threaded-simd');

interface WorkerPatch {
  /** The binary's threads so far. */
  workers: workerThreads.Worker[];
  restore(): void;
}

/**
 * Until restored, Node's Worker class runs the binary's thread script where the package starts one, and os.cpus() reports
 * enough cores for `threads`. `onError` is called when one of the threads dies, also after `restore`.
 */
export function patchNodeWorkers(threads: number, onError: (error: Error) => void): WorkerPatch {
  const { Worker } = workerThreads;
  const { cpus } = os;
  const browserWorker = Object.getOwnPropertyDescriptor(globalThis, 'Worker'); // the binary's loader sets it
  const workers: workerThreads.Worker[] = [];
  workerThreads.Worker = threadClass(Worker, workers, onError);
  os.cpus = () => Array.from({ length: 2 * threads }, () => cpus()[0]!); // the binary starts one thread per two cores
  return {
    workers,
    restore() {
      workerThreads.Worker = Worker;
      os.cpus = cpus;
      if (browserWorker) Object.defineProperty(globalThis, 'Worker', browserWorker);
      else Reflect.deleteProperty(globalThis, 'Worker');
    },
  };
}

function threadClass(
  Worker: typeof workerThreads.Worker,
  workers: workerThreads.Worker[],
  onError: (error: Error) => void,
): typeof workerThreads.Worker {
  return class BinaryThread extends Worker {
    // The package passes its thread script as a blob: URL, which Node cannot load, so the script's text is run instead.
    constructor(script: string | URL, options?: workerThreads.WorkerOptions) {
      const own = String(script).startsWith('blob:');
      super(own ? threadScript() : script, own ? { eval: true, execArgv: [] } : options);
      if (own) workers.push(this);
    }

    // Emscripten would set a handler that throws an uncatchable error.
    get onerror() {
      return onError;
    }

    set onerror(_handler: (error: Error) => void) {}

    // The package passes the binary's main file as a blob: URL too.
    override postMessage(message: { cmd?: string }) {
      super.postMessage(message.cmd === 'load' ? { ...message, urlOrBlob: `${binary}.js` } : message);
    }
  };
}

/** In the package's string of the script, escaped line ends were turned into real ones. */
function threadScript(): string {
  const { wasmWorkerContents } = packageRequire(`${binary}.worker.js`) as { wasmWorkerContents: string };
  return wasmWorkerContents.replaceAll('\n', '\\n');
}
