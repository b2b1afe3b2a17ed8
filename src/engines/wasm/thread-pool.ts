// A pool of threads for our matrix products. They share the memory of tfjs's binary, whose own threads run only its kernels.
import { once } from 'node:events';
import { Worker } from 'node:worker_threads';
import type { BackendWasm } from '@tensorflow/tfjs-backend-wasm';
import { type GemmFunction, gemmModule } from '../../wasm/gemm-code.ts';

/** Panels 0 .. count - 1 of a product. Thread i has `scratchBytes` of its own at `scratch + i * scratchBytes`. */
interface Work {
  name: GemmFunction;
  job: number;
  count: number;
  scratch: number;
  scratchBytes: number;
  /** For products so small that waking the other threads would take longer. */
  singleThreaded: boolean;
}

export interface ThreadPool {
  threads: number;
  /** Returns when the whole product is computed. */
  run(work: Work): void;
}

type Functions = Record<GemmFunction, (job: number, first: number, last: number, scratch: number) => void>;

/** TypeScript declares it only in the DOM library. */
declare const WebAssembly: {
  Module: new (bytes: Uint8Array) => object;
  Instance: new (module: object, imports: { env: { memory: object } }) => { exports: Functions };
};

const pools = new WeakMap<BackendWasm, ThreadPool>();

/** The backend's pool; only the calling thread if none was started. */
export function threadPoolOf(backend: BackendWasm): ThreadPool {
  const pool = pools.get(backend) ?? createPool(instanceOn(backend).functions, 1);
  pools.set(backend, pool);
  return pool;
}

/** Starts `threads - 1` threads beside the calling one. Rejects if one cannot start. */
export async function startThreadPool(backend: BackendWasm, threads: number): Promise<void> {
  const { module, memory, functions } = instanceOn(backend);
  const control = new Int32Array(new SharedArrayBuffer(4 * controlLength));
  const workers = Array.from({ length: threads - 1 }, (_, index) => {
    const workerData = { module, memory, control, index: index + 1, threads };
    return new Worker(workerScript, { eval: true, execArgv: [], workerData });
  });
  try {
    await Promise.all(workers.map((worker) => once(worker, 'message')));
  } catch (error) {
    await Promise.all(workers.map((worker) => worker.terminate()));
    throw error;
  }
  for (const worker of workers) worker.unref(); // a waiting thread would keep the process alive
  pools.set(backend, createPool(functions, threads, control));
}

function instanceOn({ wasm }: BackendWasm) {
  const { wasmMemory, asm } = wasm as unknown as { wasmMemory?: object; asm: { memory?: object } };
  const memory = wasmMemory ?? asm.memory!; // the single-threaded binary exports its own
  const module = new WebAssembly.Module(gemmModule(wasmMemory ? 'shared' : 'unshared'));
  return { module, memory, functions: new WebAssembly.Instance(module, { env: { memory } }).exports };
}

/** Indices in `control`: the number of products so far, the number of workers still busy, and the arguments of the product. */
const [started, busy, work, controlLength] = [0, 1, 2, 7];
const names: readonly GemmFunction[] = ['rows', 'columns'];

function createPool(functions: Functions, threads: number, control?: Int32Array): ThreadPool {
  return {
    threads,
    run({ name, job, count, scratch, scratchBytes, singleThreaded }) {
      if (singleThreaded || !control) return functions[name](job, 0, count, scratch);
      control.set([names.indexOf(name), job, count, scratch, scratchBytes], work);
      Atomics.store(control, busy, threads - 1);
      Atomics.add(control, started, 1);
      Atomics.notify(control, started);
      functions[name](job, 0, Math.floor(count / threads), scratch);
      for (let left = threads - 1; left > 0; left = Atomics.load(control, busy)) {
        Atomics.wait(control, busy, left);
      }
    },
  };
}

const workerScript = `
const { parentPort, workerData } = require('node:worker_threads');
const { module, memory, control, index, threads } = workerData;
const { rows, columns } = new WebAssembly.Instance(module, { env: { memory } }).exports;
parentPort.postMessage('ready');
for (let done = 0; ; done = (done + 1) | 0) {
  while (Atomics.load(control, ${started}) === done) Atomics.wait(control, ${started}, done);
  const [name, job, count, scratch, scratchBytes] = control.subarray(${work});
  const part = (of) => Math.floor((count * of) / threads);
  try {
    [rows, columns][name](job, part(index), part(index + 1), scratch + index * scratchBytes);
  } finally {
    if (Atomics.sub(control, ${busy}, 1) === 1) Atomics.notify(control, ${busy});
  }
}`;
