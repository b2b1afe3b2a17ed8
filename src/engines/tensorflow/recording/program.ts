// Runs a traced program: loads its graph into a session, which every call runs once.
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, sep } from 'node:path';
import { checkFeeds, checkNames, checkVariables, checkWritten, functionNamed } from '../../check-program.ts';
import type { CompiledProgram, FeedValues, HostValues, Program } from '../../engine.ts';
import type { Binding, TensorMetadata } from '../binding.ts';
import { DataType, type GraphNode } from '../graph/graph.ts';
import { writeGraph } from '../graph/graph-file.ts';
import { nodeNames } from '../graph/variable-nodes.ts';
import { packFeeds } from './packed-feeds.ts';
import type { TracedProgram } from './trace.ts';

export function loadTraced(program: Program, { functions, nodes }: TracedProgram, native: Binding): CompiledProgram {
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
    const results = runSession(
      inputs,
      outputs.map(([, node]) => node),
    );
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
      const packed = packFeeds(name, specs, feeds).map(({ node, dtype, values }) => {
        return [node, upload(native, [values.length], dtype, values)] as const;
      });
      const inputs = Object.fromEntries(packed);
      const traced = functions.find((fn) => fn.name === name)!;
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

const misaligned = 4; // bytes

/**
 * Uploads a copy. TensorFlow adopts memory that is aligned for SIMD (up to 64 bytes) instead of copying it: a variable would live in
 * the caller's array, Adam would write to it, and one of TensorFlow's threads would free it. Allocators align to 8 bytes or more, so
 * memory that starts 4 bytes into an allocation is always copied.
 */
function upload(native: Binding, shape: readonly number[], dtype: number, values: FeedValues): number {
  const memory = new ArrayBuffer(misaligned + values.byteLength);
  const ViewType =
    values instanceof Float32Array ? Float32Array : values instanceof Int32Array ? Int32Array : Uint8Array;
  const copy = new ViewType(memory, misaligned, values.length);
  copy.set(values);
  return native.createTensor(shape, dtype, copy);
}

/** Graphs are kept in the folder DCGAN_GRAPHS, if set, for bench/profile.py. */
function loadSession(native: Binding, nodes: readonly GraphNode[]): number {
  const kept = process.env['DCGAN_GRAPHS'];
  const directory = mkdtempSync(join(kept ?? tmpdir(), 'dcgan-graph-'));
  try {
    writeGraph(directory, nodes);
    return native.loadSavedModel(directory + sep, 'serve');
  } finally {
    if (!kept) rmSync(directory, { recursive: true, force: true });
  }
}
