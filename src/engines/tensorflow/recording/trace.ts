// Traces a program: runs each function once under the recorder, and builds one graph of all.
import { cast, engine, fill, type Tensor, tensor, tidy } from '@tensorflow/tfjs-core';
import { checkUpdates } from '../../check-program.ts';
import type { Precision, Program, ProgramFunction, Tensors } from '../../engine.ts';
import type { FormChoices, Untuned } from '../convolutions/choices.ts';
import type { GraphNode } from '../graph/graph.ts';
import { functionNodes, type TracedFunction } from '../graph/graph-builder.ts';
import { variableNodes } from '../graph/variable-nodes.ts';
import { toMixedBfloat16 } from '../mixed-bfloat16.ts';
import type { Recorder } from './recorder.ts';

let programs = 0;

export interface TracedProgram {
  functions: TracedFunction[];
  /** The graph of all functions. */
  nodes: GraphNode[];
  /** Convolutions that took their standard form because they were never tuned. */
  untuned: Untuned[];
  /** The form of each convolution with a choice, by key. */
  forms: ReadonlyMap<string, string>;
}

export function traceProgram(
  program: Program,
  { recorder, choices }: { recorder: Recorder; choices: FormChoices },
  precision: Precision,
  decided: Readonly<Record<string, string>> = {},
): TracedProgram {
  const unique = `program-${process.pid}-${programs++}`;
  const functions: TracedFunction[] = [];
  const forms = new Map(Object.entries(decided));
  const found = Object.entries(program.functions).flatMap(([name, fn]) => {
    const untuned = choices.whileTracing(precision, () => functions.push(trace(program, name, fn, recorder)), forms);
    return untuned.map((each) => ({ ...each, skipTuning: fn.skipTuning ?? false }));
  });
  for (const { key, candidates } of found) forms.set(key, candidates[0]!.name);
  const untuned = found.filter(({ skipTuning }) => !skipTuning);
  const nodes = [...variableNodes(program, unique), ...functions.flatMap(functionNodes)];
  return {
    functions,
    nodes: precision === 'mixed_bfloat16' ? toMixedBfloat16(nodes) : nodes,
    untuned: [...new Map(untuned.map((each) => [each.key, each])).values()],
    forms,
  };
}

/** Runs the function once on placeholders under the recorder, and keeps the native ids of its inputs and results. */
function trace(program: Program, name: string, fn: ProgramFunction, recorder: Recorder): TracedFunction {
  return tidy((): TracedFunction & Record<string, never> => {
    const variables = placeholders(Object.entries(program.variables).map(([key, shape]) => [key, shape, 'float32']));
    const feeds = placeholders(
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
      specs: fn.feeds,
      feeds: feedIds,
      variables: variableIds,
      outputs: outputIds,
      updates: updateIds,
    } as TracedFunction & Record<string, never>; // tidy's type allows tensors only
  });
}

/** Tensors with arbitrary values to trace with. */
function placeholders(
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

/** The native ids of tensors. This uploads tensors that are still in JavaScript. */
function ids(tensors: Readonly<Record<string, Tensor>>): { name: string; id: number }[] {
  const backend = engine().backend as ReturnType<typeof engine>['backend'] & NativeIds;
  return Object.entries(tensors).map(([name, value]) => ({ name, id: backend.getInputTensorIds([value])[0]! }));
}
