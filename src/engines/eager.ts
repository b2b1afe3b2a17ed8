// Runs a program's functions op by op on whatever tfjs backend is current. The wasm and webgpu engines compute this way.
import { keep, type Tensor, tensor, tidy } from '@tensorflow/tfjs-core';
import type { CompiledProgram, FeedSpec, Feeds, HostValues, Program, Tensors } from './engine.ts';
import { checkFeeds, checkNames, checkUpdates, checkVariables, checkWritten, functionNamed } from './feeds.ts';

/** How to call a backend that computes later than it is called. */
export interface Pace {
  /** Calls the backend, and waits until little of what it was given before is outstanding. Throws what has failed. */
  calling<T>(act: () => T): Promise<T>;
  /** Gives what `act` reads from the backend, or throws what has failed there until then. */
  reading<T>(act: () => Promise<T>): Promise<T>;
}

const atOnce: Pace = { calling: async (act) => act(), reading: (act) => act() };

export function compileEagerly(program: Program, pace: Pace = atOnce): CompiledProgram {
  const variables = new Map<string, Tensor>();

  function set(name: string, value: Tensor): void {
    variables.get(name)?.dispose();
    variables.set(name, keep(value));
  }

  /** Sets the variables that the function updates; gives its outputs. */
  function compute(name: string, feeds: Feeds): [string, Tensor][] {
    const { feeds: specs, body } = functionNamed(program, name);
    checkFeeds(name, specs, feeds);
    checkWritten(program, (variable) => variables.has(variable));
    const outputs = tidy(() => {
      const result = body(Object.fromEntries(variables), toTensors(specs, feeds));
      checkUpdates(program, name, result.updates ?? {});
      const outputsKept = mapValues(result.outputs, (value) => value.clone()); // may be variables, which updates replace
      const updates = mapValues(result.updates ?? {}, (value) => value.clone());
      for (const [variable, value] of Object.entries(updates)) set(variable, value);
      return outputsKept;
    });
    return Object.entries(outputs);
  }

  return {
    async run(name, feeds) {
      const outputs = await pace.calling(() => compute(name, feeds));
      return outputs.length === 0 ? {} : pace.reading(() => readAll(outputs, true));
    },
    async read(names = Object.keys(program.variables)) {
      checkNames(program, names);
      checkWritten(program, (variable) => variables.has(variable));
      return pace.reading(() =>
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
    const values = dtype === 'uint8' ? Float32Array.from(feeds[name]!) : feeds[name]!.slice(); // may be uploaded later
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
