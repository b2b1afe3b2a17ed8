// Threads of our own beside those of tfjs's binary, on the same memory: they do parts of our products.
import { once } from 'node:events';
import { Worker } from 'node:worker_threads';
import type { BackendWasm } from '@tensorflow/tfjs-backend-wasm';
import { type GemmFunction, gemmModule } from '../../wasm/gemm-code.ts';

/** Parts 0 .. count - 1 of a product. Each thread has `scratchBytes` to itself, one after the other from `scratch` on. */
interface Work {
  name: GemmFunction;
  job: number;
  count: number;
  scratch: number;
  scratchBytes: number;
  /** So little that waking others would take longer. */
  alone: boolean;
}

export interface Team {
  threads: number;
  /** Comes back when all parts are done. */
  run(work: Work): void;
}

type Functions = Record<GemmFunction, (job: number, first: number, last: number, scratch: number) => void>;

/** Its types come with those of browsers only. */
declare const WebAssembly: {
  Module: new (bytes: Uint8Array) => object;
  Instance: new (module: object, imports: { env: { memory: object } }) => { exports: Functions };
};

const teams = new WeakMap<BackendWasm, Team>();

/** The backend's threads. Where none were started there is the calling one. */
export function teamOf(backend: BackendWasm): Team {
  const team = teams.get(backend) ?? teamWith(instanceOn(backend).functions, 1);
  teams.set(backend, team);
  return team;
}

/** Starts the threads, all but the calling one. Rejects where one does not start. */
export async function startTeam(backend: BackendWasm, threads: number): Promise<void> {
  const { module, memory, functions } = instanceOn(backend);
  const control = new Int32Array(new SharedArrayBuffer(4 * controlLength));
  const workers = Array.from({ length: threads - 1 }, (_, index) => {
    const workerData = { module, memory, control, index: index + 1, threads };
    return new Worker(helper, { eval: true, execArgv: [], workerData });
  });
  try {
    await Promise.all(workers.map((worker) => once(worker, 'message')));
  } catch (error) {
    await Promise.all(workers.map((worker) => worker.terminate()));
    throw error;
  }
  for (const worker of workers) worker.unref(); // a waiting thread would keep the process alive
  teams.set(backend, teamWith(functions, threads, control));
}

function instanceOn({ wasm }: BackendWasm) {
  const { wasmMemory, asm } = wasm as unknown as { wasmMemory?: object; asm: { memory?: object } };
  const memory = wasmMemory ?? asm.memory!; // the single-threaded binary makes its own
  const module = new WebAssembly.Module(gemmModule(wasmMemory ? 'shared' : 'unshared'));
  return { module, memory, functions: new WebAssembly.Instance(module, { env: { memory } }).exports };
}

/** In `control`: how often there was work, how many helpers still do some, and then the work. */
const [begun, working, workPlace, controlLength] = [0, 1, 2, 7];
const names: readonly GemmFunction[] = ['rows', 'columns'];

function teamWith(functions: Functions, threads: number, control?: Int32Array): Team {
  return {
    threads,
    run({ name, job, count, scratch, scratchBytes, alone }) {
      if (alone || !control) return functions[name](job, 0, count, scratch);
      control.set([names.indexOf(name), job, count, scratch, scratchBytes], workPlace);
      Atomics.store(control, working, threads - 1);
      Atomics.add(control, begun, 1);
      Atomics.notify(control, begun);
      functions[name](job, 0, Math.floor(count / threads), scratch);
      for (let left = threads - 1; left > 0; left = Atomics.load(control, working)) {
        Atomics.wait(control, working, left);
      }
    },
  };
}

const helper = `
const { parentPort, workerData } = require('node:worker_threads');
const { module, memory, control, index, threads } = workerData;
const { rows, columns } = new WebAssembly.Instance(module, { env: { memory } }).exports;
parentPort.postMessage('ready');
for (let done = 0; ; done = (done + 1) | 0) {
  while (Atomics.load(control, ${begun}) === done) Atomics.wait(control, ${begun}, done);
  const [name, job, count, scratch, scratchBytes] = control.subarray(${workPlace});
  const part = (of) => Math.floor((count * of) / threads);
  try {
    [rows, columns][name](job, part(index), part(index + 1), scratch + index * scratchBytes);
  } finally {
    if (Atomics.sub(control, ${working}, 1) === 1) Atomics.notify(control, ${working});
  }
}`;
