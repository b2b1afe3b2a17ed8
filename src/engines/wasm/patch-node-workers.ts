// Lets the threaded WASM binary of tfjs start its threads under Node, without changing the package.
import { createRequire } from 'node:module';
import os from 'node:os';
import { dirname, join } from 'node:path';
import workerThreads from 'node:worker_threads';

const packageRequire = createRequire(import.meta.url);
const binaryFolder = join(dirname(packageRequire.resolve('@tensorflow/tfjs-backend-wasm/package.json')), 'wasm-out');
const binary = join(binaryFolder, 'tfjs-backend-wasm-threaded-simd');

interface LentWorkers {
  /** The binary's threads so far. */
  workers: workerThreads.Worker[];
  /** Puts back everything that was replaced. */
  giveBack(): void;
}

/**
 * Until it is given back, Node's Worker class runs the binary's thread script where the package asks for it, and Node's
 * core count lets it use `threads`. `onError` hears of a thread that died, then and later.
 */
export function lendWorkers(threads: number, onError: (error: Error) => void): LentWorkers {
  const { Worker } = workerThreads;
  const { cpus } = os;
  const browserWorker = Object.getOwnPropertyDescriptor(globalThis, 'Worker'); // the binary's loader sets it
  const workers: workerThreads.Worker[] = [];
  workerThreads.Worker = threadClass(Worker, workers, onError);
  os.cpus = () => Array.from({ length: 2 * threads }, () => cpus()[0]!); // the binary takes half of what it is told
  return {
    workers,
    giveBack() {
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
    // The package gives a blob: URL of its thread script, which Node cannot load; the script is started in its place.
    constructor(script: string | URL, options?: workerThreads.WorkerOptions) {
      const own = String(script).startsWith('blob:');
      super(own ? threadScript() : script, own ? { eval: true, execArgv: [] } : options);
      if (own) workers.push(this);
    }

    // Emscripten sets a handler that throws out of the event loop.
    get onerror() {
      return onError;
    }

    set onerror(_handler: (error: Error) => void) {}

    // The script loads the binary's main file, which the package gives as a blob: URL again.
    override postMessage(message: { cmd?: string }) {
      super.postMessage(message.cmd === 'load' ? { ...message, urlOrBlob: `${binary}.js` } : message);
    }
  };
}

/** The package keeps the script as a string in which escaped line ends have become real ones. */
function threadScript(): string {
  const { wasmWorkerContents } = packageRequire(`${binary}.worker.js`) as { wasmWorkerContents: string };
  return wasmWorkerContents.replaceAll('\n', '\\n');
}
