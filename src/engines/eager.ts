// Runs a program's functions op by op on tfjs's current backend, as the wasm and webgpu engines do.
import { keep, type Tensor, tensor, tidy } from '@tensorflow/tfjs-core';
import { checkFeeds, checkNames, checkUpdates, checkVariables, checkWritten, functionNamed } from './check-program.ts';
import type { CompiledProgram, FeedSpec, Feeds, HostValues, Program, Tensors } from './engine.ts';

/** Access to a backend that may compute asynchronously, and fail after the call that caused it. */
export interface BackendQueue {
  /** Calls the backend and waits until its earlier work is done. Throws its first failure. */
  submit<T>(call: () => T): Promise<T>;
  /** Reads from the backend. Throws its first failure, as the values would be wrong. */
  read<T>(call: () => Promise<T>): Promise<T>;
}

const synchronous: BackendQueue = { submit: async (call) => call(), read: (call) => call() };

export function compileEagerly(program: Program, queue: BackendQueue = synchronous): CompiledProgram {
  const variables = new Map<string, Tensor>();

  function set(name: string, value: Tensor): void {
    variables.get(name)?.dispose();
    variables.set(name, keep(value));
  }

  /** Computes a function's outputs and applies its updates. */
  function compute(name: string, feeds: Feeds): [string, Tensor][] {
    const { feeds: specs, body } = functionNamed(program, name);
    checkFeeds(name, specs, feeds);
    checkWritten(program, (variable) => variables.has(variable));
    const outputs = tidy(() => {
      const result = body(Object.fromEntries(variables), toTensors(specs, feeds));
      checkUpdates(program, name, result.updates ?? {});
      const outputsKept = mapValues(result.outputs, (value) => value.clone()); // an output may be a variable, which an update disposes
      const updates = mapValues(result.updates ?? {}, (value) => value.clone());
      for (const [variable, value] of Object.entries(updates)) set(variable, value);
      return outputsKept;
    });
    return Object.entries(outputs);
  }

  return {
    async run(name, feeds) {
      const outputs = await queue.submit(() => compute(name, feeds));
      return outputs.length === 0 ? {} : queue.read(() => readAll(outputs, true));
    },
    async read(names = Object.keys(program.variables)) {
      checkNames(program, names);
      checkWritten(program, (variable) => variables.has(variable));
      return queue.read(() =>
        readAll(
          names.map((name) => [name, variables.get(name)!]),
          false,
        ),
      );
    },
    async write(values) {
      checkVariables(program, values);
      for (const [name, array] of Object.entries(values)) {
        set(name, tensor(array.slice(), [...program.variables[name]!], 'float32'));
      }
    },
    dispose() {
      for (const variable of variables.values()) variable.dispose();
      variables.clear();
    },
  };
}

function mapValues(tensors: Tensors, map: (value: Tensor) => Tensor): Record<string, Tensor> {
  return Object.fromEntries(Object.entries(tensors).map(([name, value]) => [name, map(value)]));
}

function toTensors(specs: Readonly<Record<string, FeedSpec>>, feeds: Feeds): Record<string, Tensor> {
  const entries = Object.entries(specs).map(([name, { shape, dtype }]) => {
    const values = dtype === 'uint8' ? Float32Array.from(feeds[name]!) : feeds[name]!.slice(); // tfjs may upload them after this call
    return [name, tensor(values, [...shape], dtype === 'int32' ? 'int32' : 'float32')];
  });
  return Object.fromEntries(entries);
}

async function readAll(tensors: readonly (readonly [string, Tensor])[], dispose: boolean): Promise<HostValues> {
  const read = tensors.map(async ([name, value]) => {
    const values = Float32Array.from(await value.data()); // waits for the engine
    if (dispose) value.dispose();
    return [name, values] as const;
  });
  return Object.fromEntries(await Promise.all(read));
}
