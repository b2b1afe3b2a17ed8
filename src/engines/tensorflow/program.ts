// Compiles a program for TensorFlow: every function is traced once, all become one graph, and the graph runs as a session.
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, sep } from 'node:path';
import { cast, engine, fill, type Tensor, tensor, tidy } from '@tensorflow/tfjs-core';
import type {
  CompiledProgram,
  Feeds,
  FeedValues,
  HostValues,
  Precision,
  Program,
  ProgramFunction,
  Tensors,
} from '../engine.ts';
import { checkFeeds, checkNames, checkUpdates, checkVariables, checkWritten, functionNamed } from '../feeds.ts';
import type { Binding, TensorMetadata } from './binding.ts';
import { DataType, type GraphNode } from './graph.ts';
import { functionNodes, type TracedFunction } from './graph-builder.ts';
import { writeGraph } from './graph-file.ts';
import { toMixedBfloat16 } from './precision.ts';
import type { Recorder } from './recorder.ts';
import { nodeNames, variableNodes } from './variable-nodes.ts';

let programs = 0;

export function compileRecorded(program: Program, recorder: Recorder, precision: Precision): CompiledProgram {
  const native = recorder.binding;
  const { functions, nodes } = recordProgram(program, recorder, precision);
  const session = loadSession(native, nodes);
  const written = new Set<string>();

  function runSession(inputs: Record<string, number>, outputs: readonly string[]): TensorMetadata[] {
    const names = Object.keys(inputs).map((name) => `${name}:0`);
    const fetches = outputs.map((name) => `${name}:0`);
    try {
      return native.runSavedModel(session, Object.values(inputs), names.join(','), fetches.join(','));
    } finally {
      for (const id of Object.values(inputs)) native.deleteTensor(id);
    }
  }

  function fetch(
    inputs: Record<string, number>,
    outputs: readonly (readonly [name: string, node: string])[],
  ): HostValues {
    const nodeNamesFetched = outputs.map(([, node]) => node);
    const results = runSession(inputs, nodeNamesFetched);
    const values: HostValues = {};
    results.forEach(({ id }, index) => {
      const [name] = outputs[index]!;
      values[name] = Float32Array.from(native.tensorDataSync(id) as Float32Array); // waits for the engine
      native.deleteTensor(id);
    });
    return values;
  }

  return {
    async run(name, feeds) {
      const { feeds: specs } = functionNamed(program, name);
      checkFeeds(name, specs, feeds);
      checkWritten(program, (variable) => written.has(variable));
      const traced = functions.find((fn) => fn.name === name)!;
      const inputs = uploads(native, traced, feeds);
      if (traced.outputs.length > 0) {
        return fetch(
          inputs,
          traced.outputs.map((output) => [output.name, nodeNames.output(name, output.name)] as const),
        );
      }
      for (const { id } of runSession(inputs, [nodeNames.done(name)])) native.deleteTensor(id);
      return {};
    },
    async read(names = Object.keys(program.variables)) {
      checkNames(program, names);
      checkWritten(program, (variable) => written.has(variable));
      return names.length === 0
        ? {}
        : fetch(
            {},
            names.map((name) => [name, nodeNames.value(name)] as const),
          );
    },
    async write(values) {
      checkVariables(program, values);
      const entries = Object.entries(values);
      if (entries.length === 0) return;
      const inputs = entries.map(([name, array]) => {
        const id = upload(native, program.variables[name]!, DataType.float32, array);
        return [nodeNames.newValue(name), id] as const;
      });
      const fetched = entries.map(([name]) => nodeNames.written(name));
      for (const { id } of runSession(Object.fromEntries(inputs), fetched)) native.deleteTensor(id);
      for (const [name] of entries) written.add(name);
    },
    dispose() {
      native.deleteSavedModel(session);
    },
  };
}

const feedTypes = { float32: DataType.float32, int32: DataType.int32, uint8: DataType.uint8 };

function uploads(native: Binding, traced: TracedFunction, feeds: Feeds): Record<string, number> {
  const entries = traced.feeds.map(({ name, spec }) => {
    const id = upload(native, spec.shape, feedTypes[spec.dtype], feeds[name]!);
    return [nodeNames.feed(traced.name, name), id] as const;
  });
  return Object.fromEntries(entries);
}

const misaligned = 4; // bytes

/**
 * Uploads a copy. Memory that is aligned for its vector units (64 bytes at most) TensorFlow takes as its own instead of
 * copying it: a variable would live in the caller's array, Adam write to it, and a thread of TensorFlow let go of it.
 * Allocators align to 8 bytes or more, so what starts 4 bytes into an allocation is always copied.
 */
function upload(native: Binding, shape: readonly number[], dtype: number, values: FeedValues): number {
  const memory = new ArrayBuffer(misaligned + values.byteLength);
  const ViewType =
    values instanceof Float32Array ? Float32Array : values instanceof Int32Array ? Int32Array : Uint8Array;
  const copy = new ViewType(memory, misaligned, values.length);
  copy.set(values);
  return native.createTensor(shape, dtype, copy);
}

/** The program's functions as traced, and the graph of them all. */
export function recordProgram(
  program: Program,
  recorder: Recorder,
  precision: Precision,
): { functions: TracedFunction[]; nodes: GraphNode[] } {
  const unique = `program-${process.pid}-${programs++}`;
  const functions = Object.entries(program.functions).map(([name, fn]) => trace(program, name, fn, recorder));
  const nodes = [...variableNodes(program, unique), ...functions.flatMap(functionNodes)];
  return { functions, nodes: precision === 'mixed_bfloat16' ? toMixedBfloat16(nodes) : nodes };
}

/** Runs the function once on placeholder values, overheard by the recorder, and notes which native id stood for what. */
function trace(program: Program, name: string, fn: ProgramFunction, recorder: Recorder): TracedFunction {
  return tidy((): TracedFunction & Record<string, never> => {
    const variables = standIns(Object.entries(program.variables).map(([key, shape]) => [key, shape, 'float32']));
    const feeds = standIns(
      Object.entries(fn.feeds).map(([key, { shape, dtype }]) => [key, shape, dtype === 'int32' ? 'int32' : 'float32']),
    );
    const variableIds = ids(variables);
    const feedIds = ids(feeds);
    let outputIds: TracedFunction['outputs'] = [];
    let updateIds: TracedFunction['updates'] = [];
    const recording = recorder.record(name, () => {
      const { outputs, updates = {} } = fn.body(variables, feeds);
      checkUpdates(program, name, updates);
      outputIds = ids(asFloat32(outputs));
      updateIds = ids(updates);
    });
    return {
      name,
      recording,
      feeds: feedIds.map(({ name: feed, id }) => ({ name: feed, id, spec: fn.feeds[feed]! })),
      variables: variableIds,
      outputs: outputIds,
      updates: updateIds,
    } as TracedFunction & Record<string, never>; // tidy wants to know only of tensors
  });
}

/** Small numbers to trace with; what they are does not matter. */
function standIns(
  specs: readonly (readonly [string, readonly number[], 'float32' | 'int32'])[],
): Record<string, Tensor> {
  return Object.fromEntries(
    specs.map(([name, shape, dtype]) => [
      name,
      shape.length === 0 ? tensor(1, [], dtype) : fill([...shape], dtype === 'int32' ? 1 : 0.5, dtype),
    ]),
  );
}

function asFloat32(tensors: Tensors): Tensors {
  const entries = Object.entries(tensors).map(([name, value]) => [
    name,
    value.dtype === 'float32' ? value : cast(value, 'float32'),
  ]);
  return Object.fromEntries(entries);
}

interface NativeIds {
  getInputTensorIds(tensors: Tensor[]): number[];
}

/** The native ids of tensors; asking for one uploads a tensor that was still in JavaScript. */
function ids(tensors: Readonly<Record<string, Tensor>>): { name: string; id: number }[] {
  const backend = engine().backend as ReturnType<typeof engine>['backend'] & NativeIds;
  return Object.entries(tensors).map(([name, value]) => ({ name, id: backend.getInputTensorIds([value])[0]! }));
}

function loadSession(native: Binding, nodes: readonly GraphNode[]): number {
  const directory = mkdtempSync(join(tmpdir(), 'dcgan-graph-'));
  try {
    writeGraph(directory, nodes);
    return native.loadSavedModel(directory + sep, 'serve');
  } finally {
    rmSync(directory, { recursive: true, force: true });
  }
}
